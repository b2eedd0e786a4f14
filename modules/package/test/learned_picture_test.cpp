#include "temp_folder.h"

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/package/learned_picture.h>

namespace lineguard::package {
namespace {

TEST(LearnedPicture, IsReadAsItWasWritten) {
  const test::TempFolder folder;
  Image image({64, 64}, 1);
  for (int x = 0; x < 64; ++x) image.row_u8(3)[static_cast<std::size_t>(x)] = 200;
  ASSERT_TRUE(write_file_atomically(folder / "a.png", std::span<const std::byte>(*imaging::encode_png(image))));
  const auto picture = describe_picture(folder / "a.png", "part 7");
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->look.size(), 256u);
  EXPECT_EQ(picture->look[0], 50);  // a bright row of four
  EXPECT_EQ(picture->part.size(), 64u);
  ASSERT_TRUE(write_learned_pictures(folder.path(), {*picture, {std::string(64, 'a'), "", {}}}));
  const auto read = read_learned_pictures(folder.path());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, (std::vector<LearnedPicture>{*picture, {std::string(64, 'a'), "", {}}}));
}

TEST(LearnedPicture, AFilesOwnNameNamesNoPart) {
  const test::TempFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "good/0001.png", "no picture"));
  for (const char* part : {"", "0001", "0001.png", "good/0001.png"})
    EXPECT_EQ(describe_picture(folder / "good/0001.png", part)->part, "") << part;
  EXPECT_NE(describe_picture(folder / "good/0001.png", "serial 1")->part, "");
  EXPECT_TRUE(describe_picture(folder / "good/0001.png", "")->look.empty());
}

TEST(LearnedPicture, OfAPackageWithoutTheListThereAreNone) {
  const test::TempFolder folder;
  EXPECT_TRUE(read_learned_pictures(folder.path())->empty());
  ASSERT_TRUE(write_file_atomically(folder / "learned.csv", "digest,part,look\nabc,,\n"));
  const auto read = read_learned_pictures(folder.path());
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("learned.csv:2"), std::string::npos);
}

}  // namespace
}  // namespace lineguard::package
