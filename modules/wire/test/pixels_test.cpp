#include <string>

#include <gtest/gtest.h>

#include <lineguard/wire/pixels.h>

namespace lineguard::wire {
namespace {

const std::string kType = "application/vnd.lineguard.pixels";

TEST(Pixels, AnImageSurvivesTheWire) {
  for (const int channels : {1, 3}) {
    for (const PixelDepth depth : {PixelDepth::u8, PixelDepth::u16}) {
      Image image({5, 4}, channels, depth);
      int value = 0;
      for (std::byte& byte : image.bytes()) byte = static_cast<std::byte>(value++ % 251);
      const std::string type = pixel_media_type(image);
      ASSERT_TRUE(is_pixels(type));
      const auto format = read_pixel_format(type);
      ASSERT_TRUE(format) << format.error().message;
      const auto got = image_of(*format, {reinterpret_cast<const char*>(image.bytes().data()), image.bytes().size()});
      ASSERT_TRUE(got) << got.error().message;
      EXPECT_EQ(got->size(), image.size());
      EXPECT_EQ(got->channels(), channels);
      EXPECT_EQ(got->depth(), depth);
      EXPECT_TRUE(std::ranges::equal(got->bytes(), image.bytes()));
    }
  }
}

TEST(Pixels, PaddingOfRowsIsLeftOut) {
  const auto format = read_pixel_format(kType + ";width=2;height=2;channels=1;bits=8;row_bytes=4");
  ASSERT_TRUE(format) << format.error().message;
  const auto image = image_of(*format, "ab--cd--");
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->row_u8(0)[1], 'b');
  EXPECT_EQ(image->row_u8(1)[0], 'c');
}

TEST(Pixels, TheMediaTypeIsFoundWithoutRegardToCaseAndBlanks) {
  EXPECT_TRUE(is_pixels("Application/VND.lineguard.pixels"));
  EXPECT_TRUE(is_pixels(kType + " ; width=1"));
  for (const char* other : {"", "image/png", "application/vnd.lineguard.pixels2", "multipart/form-data"})
    EXPECT_FALSE(is_pixels(other)) << other;
}

struct Bad {
  const char* parameters;
  const char* words;
};

TEST(Pixels, WhatIsWrongIsNamed) {
  const Bad cases[] = {
      {"", "width is missing"},
      {"; width=2; height=2; channels=1", "bits is missing"},
      {"; width=0; height=2; channels=1; bits=8", "width must be at least 1"},
      {"; width=2; height=-2; channels=1; bits=8", "a whole number, found \"height=-2\""},
      {"; width=2; height=2; channels=4; bits=8", "channels must be 1 (gray) or 3 (R G B), found \"4\""},
      {"; width=2; height=2; channels=1; bits=12", "bits must be 8 or 16, found \"12\""},
      {"; width=2; width=2; height=2; channels=1; bits=8", "once"},
      {"; width=2; height=2; channels=1; bits=8; stride=2", "row_bytes, found \"stride=2\""},
      {"; width=2; height=2; channels=3; bits=16; row_bytes=11", "row_bytes must be 12 to 4108"},
      {"; width=2; height=2; channels=1; bits=8; row_bytes=99999999999999", "row_bytes must be 2 to 4098"},
      {"; width=99999999999999999999; height=2; channels=1; bits=8", "whole number"},
  };
  for (const Bad& bad : cases) {
    const auto format = read_pixel_format(kType + bad.parameters);
    ASSERT_FALSE(format) << bad.parameters;
    EXPECT_EQ(format.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(format.error().message.find(bad.words), std::string::npos) << format.error().message;
  }
}

TEST(Pixels, LimitsHoldBeforeAnythingIsAllocated) {
  for (const char* huge :
       {"; width=65536; height=1; channels=1; bits=8", "; width=30000; height=30000; channels=1; bits=8"}) {
    const auto format = read_pixel_format(kType + huge);
    ASSERT_FALSE(format) << huge;
    EXPECT_EQ(format.error().code, ErrorCode::too_large) << format.error().message;
  }
}

TEST(Pixels, AWrongLengthSaysWhatWasFoundAndExpected) {
  const auto format = read_pixel_format(kType + "; width=4; height=3; channels=3; bits=8").value();
  for (const std::size_t length : {0u, 35u, 37u}) {
    const auto image = image_of(format, std::string(length, 'x'));
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(image.error().message.find("found " + std::to_string(length) + " bytes of pixels, expected 36"),
              std::string::npos)
        << image.error().message;
  }
}

}  // namespace
}  // namespace lineguard::wire
