#include <gtest/gtest.h>

#include <lineguard/core/picture_sum.h>

namespace lineguard {
namespace {

View encoded(std::string name, std::initializer_list<int> values) {
  auto bytes = std::make_shared<Bytes>();
  for (const int value : values) bytes->push_back(static_cast<std::byte>(value));
  return {.name = std::move(name), .content = std::shared_ptr<const Bytes>(bytes)};
}

View pixels(Size size, int channels) {
  return {.content = std::make_shared<const Image>(size, channels)};
}

TEST(PictureSum, TellsBytesAndViewsApart) {
  EXPECT_EQ(sum_of(encoded("front", {1, 2, 3})), sum_of(encoded("front", {1, 2, 3})));
  EXPECT_NE(sum_of(encoded("front", {1, 2, 3})), sum_of(encoded("front", {1, 2, 4})));
  EXPECT_NE(sum_of(encoded("front", {1, 2, 3})), sum_of(encoded("left", {1, 2, 3})));
  EXPECT_EQ(sum_of(encoded("", {1, 2, 3})).bytes, 3u);
}

TEST(PictureSum, PixelsOfAnotherShapeAreAnotherPicture) {
  EXPECT_NE(sum_of(pixels({6, 2}, 1)), sum_of(pixels({2, 6}, 1)));
  EXPECT_NE(sum_of(pixels({6, 2}, 1)), sum_of(pixels({2, 2}, 3)));
  EXPECT_EQ(sum_of(pixels({6, 2}, 1)), sum_of(pixels({6, 2}, 1)));
}

}  // namespace
}  // namespace lineguard
