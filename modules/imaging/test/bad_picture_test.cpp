// Files that are no picture, or no longer one: always an error that says so, never a crash, never half a picture.
#include "pictures.h"
#include "temp_folder.h"

#include <functional>
#include <string>
#include <tiffio.h>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/encode.h>

namespace lineguard::imaging {
namespace {

using namespace test;  // NOLINT: the pictures

struct Sample {
  std::string name;
  Bytes encoded;
};

std::vector<Sample> samples() {
  const Image colour = picture({61, 43}, 3), gray = picture({61, 43}, 1, PixelDepth::u16);
  return {{"jpeg", encode_jpeg(colour).value()},
          {"gray jpeg", encode_jpeg(picture({61, 43}, 1)).value()},
          {"png", encode_png(colour).value()},
          {"bmp", encode_bmp(colour, {})},
          {"gray bmp", encode_bmp(picture({61, 43}, 1), {.bits = 8})},
          {"tiff", encode_tiff(gray, {})},
          {"tiff lzw", encode_tiff(gray, {.compression = COMPRESSION_LZW})},
          {"tiff planes", encode_tiff(colour, {.compression = COMPRESSION_LZW, .planes_apart = true})},
          {"tiff palette", encode_tiff_pattern({61, 43}, 4, PHOTOMETRIC_PALETTE)},
          {"tiff bits", encode_tiff_pattern({61, 43}, 1, PHOTOMETRIC_MINISWHITE)},
          {"tiff tiles", encode_tiff(colour, {.compression = COMPRESSION_ADOBE_DEFLATE, .tile_side_px = 16})}};
}

TEST(BadPicture, CutAnywhereItIsRefused) {
  for (const auto& [name, encoded] : samples()) {
    ASSERT_TRUE(decode(encoded)) << name;
    const std::size_t step = std::max<std::size_t>(1, encoded.size() / 300);
    for (std::size_t length = 0; length<encoded.size(); length += length + 40> encoded.size() ? 1 : step) {
      // libtiff writes its directory last: it needs none of the bytes behind its end.
      const auto image = decode(std::span(encoded).first(length));
      ASSERT_FALSE(image) << name << " cut to " << length << " of " << encoded.size() << " bytes";
      EXPECT_EQ(image.error().code, ErrorCode::corrupt_data) << name << ": " << image.error().message;
    }
  }
}

TEST(BadPicture, DecodingIsGivenUpWhereNobodyWaits) {
  for (const auto& [name, encoded] : samples()) {
    int asked = 0;
    const auto image = decode(encoded, {}, [&asked] { return ++asked > 1; });
    ASSERT_FALSE(image) << name;
    EXPECT_EQ(image.error().code, ErrorCode::cancelled) << name << image.error().message;
    EXPECT_TRUE(decode(encoded, {}, [] { return false; })) << name;
    const auto info = read_info(encoded);
    EXPECT_GE(decoding_bytes(*info), decode(encoded)->bytes().size()) << name;
  }
}

TEST(BadPicture, AnyByteMayBeWrong) {
  for (const auto& [name, encoded] : samples()) {
    for (std::size_t at = 0; at < encoded.size(); at += at < 300 ? 1 : 37) {
      for (const int flip : {0x01, 0x80, 0xff}) {
        Bytes damaged = encoded;
        damaged[at] ^= static_cast<std::byte>(flip);
        // Harmless damage exists (a pixel, a comment): what matters is that read_info() and decode() agree.
        const auto info = read_info(damaged, {.max_pixels = 1'000'000});
        const auto image = decode(damaged, {.max_pixels = 1'000'000});
        if (!image) continue;
        ASSERT_TRUE(info) << name << " at " << at;
        EXPECT_EQ(info->size, image->size());
      }
    }
  }
}

TEST(BadPicture, ATextNamedPngIsNoPicture) {
  const lineguard::test::TempFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "part.png", "I am a text."));
  const auto image = decode_file(folder / "part.png");
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, ErrorCode::corrupt_data);
  EXPECT_NE(image.error().message.find("part.png"), std::string::npos) << image.error().message;
  EXPECT_NE(image.error().message.find("expected JPEG, PNG, BMP, TIFF"), std::string::npos);
}

TEST(BadPicture, AnEmptyFileSaysSo) {
  const lineguard::test::TempFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "part.jpg", ""));
  const auto image = decode_file(folder / "part.jpg");
  EXPECT_EQ(image.error().code, ErrorCode::corrupt_data);
  EXPECT_NE(image.error().message.find("empty"), std::string::npos) << image.error().message;
  EXPECT_EQ(decode_file(folder / "absent.jpg").error().code, ErrorCode::not_found);
}

// The first bytes of a PNG that says it has these sides; nothing behind its header.
Bytes png_header(std::uint32_t width, std::uint32_t height) {
  Bytes png = encode_png(picture({4, 4}, 3)).value();
  for (int i = 0; i < 4; ++i) {
    png[static_cast<std::size_t>(16 + i)] = static_cast<std::byte>(width >> (24 - 8 * i));
    png[static_cast<std::size_t>(20 + i)] = static_cast<std::byte>(height >> (24 - 8 * i));
  }
  return png;
}

TEST(BadPicture, AHugeOneIsRefusedByItsHeaderWithTheNumbers) {
  const auto image = decode(png_header(30'000, 30'000));
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, ErrorCode::too_large);
  EXPECT_NE(image.error().message.find("30000 x 30000"), std::string::npos) << image.error().message;
  EXPECT_NE(image.error().message.find("100000000"), std::string::npos) << image.error().message;
  EXPECT_EQ(decode(png_header(0x7fffffff, 0x7fffffff)).error().code, ErrorCode::too_large);
  // Few pixels, but rows that are a hundred million pointers.
  for (const auto& [width, height] : {std::pair{1, 99'999'999}, {99'999'999, 1}, {65'536, 2}}) {
    const auto thin = decode(png_header(static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)));
    ASSERT_FALSE(thin);
    EXPECT_EQ(thin.error().code, ErrorCode::too_large) << width;
    EXPECT_NE(thin.error().message.find("a side may have 65535"), std::string::npos) << thin.error().message;
  }
  EXPECT_EQ(decode(png_header(0xffffffff, 1)).error().code, ErrorCode::corrupt_data);
  EXPECT_EQ(decode(png_header(0, 5)).error().code, ErrorCode::corrupt_data);
}

TEST(BadPicture, LimitsHoldForEveryFormat) {
  for (const auto& [name, encoded] : samples()) {
    EXPECT_EQ(decode(encoded, {.max_pixels = 61 * 43 - 1}).error().code, ErrorCode::too_large) << name;
    EXPECT_TRUE(decode(encoded, {.max_pixels = 61 * 43})) << name;
    EXPECT_EQ(decode(encoded, {.max_file_bytes = encoded.size() - 1}).error().code, ErrorCode::too_large) << name;
  }
}

// Writes `value` over the SHORT or LONG that the little-endian TIFF's directory holds for `tag`.
Bytes with_tiff_tag(Bytes tiff, std::uint16_t tag, std::uint32_t value) {
  const auto word = [&](std::size_t at, int bytes) {
    std::uint32_t number = 0;
    for (int i = bytes; i-- > 0;)
      number = number << 8 | std::to_integer<std::uint32_t>(tiff[at + static_cast<std::size_t>(i)]);
    return number;
  };
  std::size_t entry = word(4, 4) + 2;
  while (word(entry, 2) != tag) entry += 12;
  tiff[entry + 2] = std::byte{4};  // LONG
  for (std::size_t i = 0; i < 4; ++i) tiff[entry + 8 + i] = static_cast<std::byte>(value >> (8 * i));
  return tiff;
}

TEST(BadPicture, ATiffWithHugeTilesIsRefusedBeforeTheyAreMade) {
  const Bytes tiff = encode_tiff(picture({61, 43}, 3), {.tile_side_px = 16});
  for (const std::uint32_t side : {1u << 16, 1u << 30, 1u << 31, 0xfffffff0u}) {
    EXPECT_EQ(decode(with_tiff_tag(tiff, TIFFTAG_TILEWIDTH, side)).error().code, ErrorCode::corrupt_data) << side;
  }
}

TEST(BadPicture, ABmpThatClaimsABillionColoursIsRefusedAtOnce) {
  Bytes bmp = encode_bmp(picture({61, 43}, 1), {.bits = 8});
  for (std::size_t at = 10; at < 14; ++at) bmp[at] = std::byte{0xff};  // where the pixels begin
  EXPECT_EQ(decode(bmp).error().code, ErrorCode::corrupt_data);
}

TEST(BadPicture, KindsThatAreNotReadAreNamed) {
  const Bytes tiff = encode_tiff(picture({61, 43}, 1), {});
  const auto image = decode(with_tiff_tag(tiff, TIFFTAG_BITSPERSAMPLE, 12));
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, ErrorCode::unsupported);
  EXPECT_NE(image.error().message.find("12 bits"), std::string::npos) << image.error().message;
  Bytes bmp = encode_bmp(picture({61, 43}, 1), {.bits = 8});
  bmp[30] = std::byte{1};  // run lengths
  EXPECT_EQ(decode(bmp).error().code, ErrorCode::unsupported);
}

TEST(BadPicture, WhatJpegCannotHoldIsRefused) {
  EXPECT_EQ(encode_jpeg(picture({8, 8}, 1, PixelDepth::u16)).error().code, ErrorCode::unsupported);
  EXPECT_EQ(encode_jpeg(picture({8, 8}, 1), 0).error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace lineguard::imaging
