// Pictures whose files leave something open: pages and channels of a TIFF, raw files.
#include "pictures.h"
#include "temp_folder.h"

#include <cstdint>
#include <string>
#include <tiffio.h>
#include <vector>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/imaging/reading.h>

namespace lineguard::imaging {
namespace {

using namespace test;  // NOLINT: the pictures

Reading reading(const std::string& text) {
  auto parsed = reading_from_text(text);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return parsed ? *parsed : Reading{};
}

// Pages of constant gray, or of samples that count up from it.
Bytes tiff_of(const std::vector<int>& pages, std::uint16_t samples = 1, std::uint16_t orientation = 1,
              Size size = {5, 3}) {
  const lineguard::test::TempFolder folder;
  const std::string file = (folder / "made.tif").string();
  TIFF* tiff = TIFFOpen(file.c_str(), "w");
  for (const int gray : pages) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, size.width_px);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, size.height_px);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, samples);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, orientation);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    for (int y = 0; y < size.height_px; ++y) {
      std::vector<std::uint8_t> row;
      for (int x = 0; x < size.width_px; ++x) {
        for (int s = 0; s < samples; ++s) row.push_back(static_cast<std::uint8_t>(gray + s));
      }
      TIFFWriteScanline(tiff, row.data(), static_cast<std::uint32_t>(y));
    }
    TIFFWriteDirectory(tiff);
  }
  TIFFClose(tiff);
  return *read_file(file);
}

std::vector<int> first_pixel(const Image& image) {
  std::vector<int> values;
  for (int c = 0; c < image.channels(); ++c) {
    const auto at = static_cast<std::size_t>(c);
    values.push_back(image.depth() == PixelDepth::u8 ? image.row_u8(0)[at] : image.row_u16(0)[at]);
  }
  return values;
}

Bytes bytes_of(const std::vector<int>& values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

void expect_refused(const Bytes& encoded, const std::string& as, ErrorCode code, std::string_view word) {
  const auto image = decode_as(encoded, reading(as));
  ASSERT_FALSE(image) << as;
  EXPECT_EQ(image.error().code, code) << image.error().message;
  EXPECT_NE(image.error().message.find(word), std::string::npos) << image.error().message;
}

TEST(Reading, ComesBackFromItsText) {
  for (const char* text : {"", "tiff 2", "tiff 1,2", "tiff 1:1,1:2,1:4", "raw 1920x1080 BayerRG12p", "raw 4x4 Mono8"})
    EXPECT_EQ(to_text(reading(text)), text);
}

TEST(Reading, NonsenseIsRefusedWithTheForms) {
  for (const char* text :
       {"tiff", "tiff 0", "tiff 1,", "tiff 1:0", "tiff 1,2,3,4", "tiff a", "raw", "raw 4x4", "raw 4x4 Mono9",
        "raw 0x4 Mono8", "raw 4 Mono8", "raw 4x4 BayerXX8", "png", "raw 4x4 Mono8p", "raw 99999999x1 Mono8"}) {
    const auto parsed = reading_from_text(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().message.find("\"tiff 1,2\""), std::string::npos) << parsed.error().message;
  }
}

TEST(Reading, PagesOfATiffBecomeOnePicture) {
  const Bytes tiff = tiff_of({10, 20, 30});
  EXPECT_EQ(first_pixel(*decode_as(tiff, reading("tiff 2"))), (std::vector<int>{20}));
  EXPECT_EQ(first_pixel(*decode_as(tiff, reading("tiff 1,3"))), (std::vector<int>{10, 30, 10}));
  EXPECT_EQ(first_pixel(*decode_as(tiff, reading("tiff 3,2,1"))), (std::vector<int>{30, 20, 10}));
  const auto info = read_info_as(tiff, reading("tiff 1,3"));
  EXPECT_EQ(info->size, (Size{5, 3}));
  EXPECT_EQ(info->channels, 3);
}

TEST(Reading, WithoutAWordSeveralPagesAreRefusedAndTheWordIsTold) {
  const auto refused = decode(tiff_of({10, 20}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
  EXPECT_NE(refused.error().message.find("--read-as \"tiff 1,2\""), std::string::npos) << refused.error().message;
}

TEST(Reading, ChannelsOfAPageBecomeOnePicture) {
  const Bytes five = tiff_of({10}, 5);
  EXPECT_FALSE(decode(five));
  EXPECT_EQ(first_pixel(*decode_as(five, reading("tiff 1:5"))), (std::vector<int>{14}));
  EXPECT_EQ(first_pixel(*decode_as(five, reading("tiff 1:1,1:2,1:4"))), (std::vector<int>{10, 11, 13}));
  EXPECT_EQ(first_pixel(*decode_as(tiff_of({10, 50}, 2), reading("tiff 1:2,2:1"))), (std::vector<int>{11, 50, 11}));
}

TEST(Reading, APlaneIsTurnedAsItsPageSays) {
  const auto turned = decode_as(tiff_of({10, 20}, 1, 6), reading("tiff 1,2"));
  ASSERT_TRUE(turned) << turned.error().message;
  EXPECT_EQ(turned->size(), (Size{3, 5}));
  EXPECT_EQ(read_info_as(tiff_of({10, 20}, 1, 6), reading("tiff 1,2"))->size, (Size{3, 5}));
}

TEST(Reading, WhatATiffDoesNotHaveIsRefused) {
  expect_refused(tiff_of({10, 20}), "tiff 3", ErrorCode::invalid_argument, "page 3 is to be read, and the TIFF has 2");
  expect_refused(tiff_of({10}, 2), "tiff 1:3", ErrorCode::invalid_argument, "channel 3 is to be read");
  expect_refused(encode_tiff(picture({5, 3}, 3), {}), "tiff 1,1", ErrorCode::invalid_argument,
                 "name one of its channels");
}

TEST(Reading, AnotherKindOfFileIsRefused) {
  const Bytes png = *encode_png(picture({5, 3}, 1));
  expect_refused(png, "tiff 1", ErrorCode::unsupported, "speaks of TIFF files");
  expect_refused(png, "raw 5x3 Mono8", ErrorCode::unsupported, "speaks of raw files");
}

// 1, 2, 3, 1023 and so on by the tables of PFNC.
TEST(Reading, PackedPixelsAreUnpacked) {
  const auto values = [](const Bytes& file, const std::string& as) {
    const auto image = decode_as(file, reading(as));
    EXPECT_TRUE(image) << image.error().message;
    std::vector<int> found;
    if (!image) return found;
    for (int x = 0; x < image->width_px(); ++x)
      found.push_back(image->depth() == PixelDepth::u8 ? image->row_u8(0)[static_cast<std::size_t>(x)]
                                                       : image->row_u16(0)[static_cast<std::size_t>(x)]);
    return found;
  };
  EXPECT_EQ(values(bytes_of({7, 8}), "raw 2x1 Mono8"), (std::vector<int>{7, 8}));
  EXPECT_EQ(values(bytes_of({0x34, 0x02, 0xff, 0x03}), "raw 2x1 Mono10"), (std::vector<int>{0x234, 0x3ff}));
  // 0x001, 0x3fe, 0x155, 0x2aa, ten bits each, lowest first.
  EXPECT_EQ(values(bytes_of({0x01, 0xf8, 0x5f, 0x95, 0xaa}), "raw 4x1 Mono10p"),
            (std::vector<int>{0x001, 0x3fe, 0x159, 0x2aa}));
  EXPECT_EQ(values(bytes_of({0xbc, 0x3a, 0x12}), "raw 2x1 Mono12p"), (std::vector<int>{0xabc, 0x123}));
  EXPECT_EQ(values(bytes_of({0xab, 0x3c, 0x12}), "raw 2x1 Mono12Packed"), (std::vector<int>{0xabc, 0x123}));
  EXPECT_EQ(values(bytes_of({0xff, 0x21, 0x80}), "raw 2x1 Mono10Packed"), (std::vector<int>{0x3fd, 0x202}));
  EXPECT_EQ(values(bytes_of({0xbc, 0x0a}), "raw 1x1 Mono12p"), (std::vector<int>{0xabc}));
}

// A mosaic of pure red has red in every pixel, whatever its pattern.
TEST(Reading, AMosaicBecomesColours) {
  const struct {
    std::string pattern;
    int red_x, red_y;
  } patterns[] = {{"RG", 0, 0}, {"GR", 1, 0}, {"GB", 0, 1}, {"BG", 1, 1}};
  for (const auto& [pattern, red_x, red_y] : patterns) {
    Bytes file;
    for (int y = 0; y < 8; ++y) {
      for (int x = 0; x < 8; ++x) file.push_back(static_cast<std::byte>(x % 2 == red_x && y % 2 == red_y ? 200 : 0));
    }
    const auto image = decode_as(file, reading("raw 8x8 Bayer" + pattern + "8"));
    ASSERT_TRUE(image) << image.error().message;
    const auto row = image->row_u8(4);
    EXPECT_EQ(row[3 * 4], 200) << pattern;
    EXPECT_EQ(row[3 * 4 + 1], 0) << pattern;
    EXPECT_EQ(row[3 * 4 + 2], 0) << pattern;
  }
}

TEST(Reading, ARawFileOfAnotherLengthIsRefusedWithBothLengths) {
  expect_refused(Bytes(11), "raw 4x3 Mono8", ErrorCode::invalid_argument, "11 bytes: 4 x 3 pixels of Mono8 take 12");
  expect_refused(bytes_of({0x10, 0xff}), "raw 1x1 Mono12", ErrorCode::corrupt_data, "Mono12 ends at 4095");
}

TEST(Reading, AnUndeclaredRawFileIsNamed) {
  const lineguard::test::TempFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "a.RAW", std::string(12, 'x')));
  const auto refused = decode_file(folder / "a.RAW");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
  EXPECT_NE(refused.error().message.find("--read-as"), std::string::npos);
  set_reading_of_files(reading("raw 4x3 Mono8"));
  EXPECT_TRUE(decode_file(folder / "a.RAW"));
  set_reading_of_files({});
}

}  // namespace
}  // namespace lineguard::imaging
