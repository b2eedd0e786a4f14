#include "labels/recent_pictures.h"

#include "vocabulary.h"

#include <atomic>

#include <gtest/gtest.h>

#include <lineguard/core/parallel.h>

namespace lineguard::training {
namespace {

class RecentPicturesTest : public testing::Test {
 protected:
  int width_of(const std::string& file) {
    const auto image = recent_.get(file, [&]() -> Result<Image> {
      ++read_;
      return Image({static_cast<int>(file.size()), 1}, 1);
    });
    return (*image)->width_px();
  }

  RecentPictures recent_{2};
  std::atomic<int> read_{0};
};

TEST_F(RecentPicturesTest, APictureIsReadOnceWhileItIsHeld) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(width_of("a"), 1);
    EXPECT_EQ(width_of("bb"), 2);
  }
  EXPECT_EQ(read_, 2);
}

TEST_F(RecentPicturesTest, TheOneThatWasUsedLeastRecentlyGoesFirst) {
  for (const char* file : {"a", "bb", "a", "ccc", "a"}) width_of(file);
  EXPECT_EQ(read_, 3);
  width_of("bb");
  EXPECT_EQ(read_, 4);
}

TEST_F(RecentPicturesTest, ThreadsThatAskAtOnceShareOneReading) {
  ASSERT_TRUE(parallel_for(64, 4, [&](std::size_t) -> Result<void> {
    EXPECT_EQ(width_of("a"), 1);
    return {};
  }));
  EXPECT_EQ(read_, 1);
}

TEST_F(RecentPicturesTest, AnErrorIsNotKept) {
  EXPECT_FALSE(recent_.get("a", []() -> Result<Image> { return make_error(ErrorCode::io_error, "gone"); }));
  EXPECT_EQ(width_of("a"), 1);
}

}  // namespace
}  // namespace lineguard::training
