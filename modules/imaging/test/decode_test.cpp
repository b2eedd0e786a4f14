#include "pictures.h"
#include "temp_folder.h"
#include "test_data.h"

#include <array>
#include <ostream>
#include <string>
#include <tiffio.h>
#include <tuple>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/encode.h>

namespace lineguard::imaging {
namespace {

using namespace test;  // NOLINT: the pictures

void expect_same(const Result<Image>& decoded, const Image& expected, int tolerance = 0) {
  ASSERT_TRUE(decoded) << decoded.error().message;
  ASSERT_EQ(decoded->size(), expected.size());
  ASSERT_EQ(decoded->channels(), expected.channels());
  ASSERT_EQ(decoded->depth(), expected.depth());
  EXPECT_LE(largest_difference(*decoded, expected), tolerance);
}

// What read_info() says of a file is what decode() gives.
void expect_info_agrees(const Bytes& encoded, Format format) {
  const auto info = read_info(encoded);
  const auto image = decode(encoded);
  ASSERT_TRUE(info) << info.error().message;
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(info->format, format);
  EXPECT_EQ(info->size, image->size());
  EXPECT_EQ(info->channels, image->channels());
  EXPECT_EQ(info->depth, image->depth());
}

std::string depth_name(PixelDepth depth) {
  return depth == PixelDepth::u8 ? "8" : "16";
}

class EveryKind : public testing::TestWithParam<std::tuple<int, PixelDepth>> {
 protected:
  const Image image_ = picture({37, 21}, std::get<0>(GetParam()), std::get<1>(GetParam()));
};

TEST_P(EveryKind, PngGivesThePixelsBack) {
  const Bytes png = encode_png(image_).value();
  expect_same(decode(png), image_);
  expect_info_agrees(png, Format::png);
}

TEST_P(EveryKind, TiffGivesThePixelsBack) {
  const std::vector<TiffKind> kinds = {{},
                                       {.compression = COMPRESSION_LZW},
                                       {.compression = COMPRESSION_ADOBE_DEFLATE, .tile_side_px = 16},
                                       {.tile_side_px = 64},
                                       {.extra_samples = 1},
                                       {.planes_apart = true},
                                       {.compression = COMPRESSION_LZW, .extra_samples = 1, .planes_apart = true},
                                       {.tile_side_px = 16, .planes_apart = true}};
  for (const TiffKind& kind : kinds) {
    const Bytes tiff = encode_tiff(image_, kind);
    expect_same(decode(tiff), image_);
    expect_info_agrees(tiff, Format::tiff);
  }
}

INSTANTIATE_TEST_SUITE_P(Decode, EveryKind,
                         testing::Combine(testing::Values(1, 3), testing::Values(PixelDepth::u8, PixelDepth::u16)),
                         [](const auto& kind) {
                           return std::string(std::get<0>(kind.param) == 1 ? "Gray" : "Colour") +
                                  depth_name(std::get<1>(kind.param));
                         });

TEST(Decode, JpegStaysCloseAndKeepsItsChannels) {
  for (const int channels : {1, 3}) {
    const Image image = picture({64, 48}, channels);
    const Bytes jpeg = encode_jpeg(image, 95).value();
    expect_same(decode(jpeg), image, 4);
    expect_info_agrees(jpeg, Format::jpeg);
  }
}

TEST(Decode, JpegWithATrailOfOtherDataIsWhole) {
  const Image image = picture({64, 48}, 3);
  Bytes jpeg = encode_jpeg(image, 95).value();
  jpeg.resize(jpeg.size() + 5000);  // as phones and some cameras append it
  expect_same(decode(jpeg), image, 4);
}

TEST(Decode, BmpGivesThePixelsBack) {
  for (const bool top_down : {false, true}) {
    const Image colour = picture({37, 21}, 3), gray = picture({37, 21}, 1);
    expect_same(decode(encode_bmp(colour, {.top_down = top_down})), colour);
    const Bytes gray_bmp = encode_bmp(gray, {.bits = 8, .top_down = top_down});
    expect_same(decode(gray_bmp), gray);
    expect_info_agrees(gray_bmp, Format::bmp);
  }
}

TEST(Decode, BmpPalettesAreExpanded) {
  const Image gray = picture({9, 5}, 1);
  const auto image = decode(encode_bmp(gray, {.bits = 8, .gray_palette = false}));
  ASSERT_TRUE(image) << image.error().message;
  ASSERT_EQ(image->channels(), 3);
  EXPECT_EQ(image->row_u8(2)[3], gray.row_u8(2)[1]);
  EXPECT_EQ(image->row_u8(2)[4], 0);
}

TEST(Decode, ABmpPixelBeyondItsPaletteIsDamage) {
  const Image gray = picture({9, 5}, 1);  // all values below 240, some above 100
  EXPECT_TRUE(decode(encode_bmp(gray, {.bits = 8, .palette_colours = 240})));
  const auto image = decode(encode_bmp(gray, {.bits = 8, .palette_colours = 100}));
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, ErrorCode::corrupt_data);
}

TEST(Decode, PngAlphaIsDroppedAndPalettesAreExpanded) {
  const Image image = picture({37, 21}, 3);
  expect_same(decode(encode_png_with_alpha(image)), image);
  const Bytes with_palette = encode_png_with_palette({5, 3});
  expect_info_agrees(with_palette, Format::png);
  const auto expanded = decode(with_palette);
  ASSERT_EQ(expanded->channels(), 3);
  EXPECT_EQ(expanded->row_u8(0)[0], 250);
  EXPECT_EQ(expanded->row_u8(0)[4], 200);
}

// The pattern's value as 8-bit gray.
int gray_of(int value, int bits) {
  return value * 255 / ((1 << bits) - 1);
}

TEST(Decode, PngWithFewBitsIsSpreadToEightInterlacedOrNot) {
  constexpr Size kSize{13, 9};
  for (const int bits : {1, 2, 4, 8}) {
    for (const bool interlaced : {false, true}) {
      const Bytes png = encode_png_pattern(kSize, bits, interlaced);
      expect_info_agrees(png, Format::png);
      const Image image = decode(png).value();
      ASSERT_EQ(image.channels(), 1);
      for (int y = 0; y < kSize.height_px; ++y) {
        for (int x = 0; x < kSize.width_px; ++x) {
          ASSERT_EQ(image.row_u8(y)[static_cast<std::size_t>(x)], gray_of(pattern_at(x, y, bits), bits)) << bits;
        }
      }
    }
  }
}

// Red, green and blue (or gray, first) of a pattern's value.
std::array<int, 3> expected_of(int value, int bits, int photometric) {
  const int gray = gray_of(value, bits);
  if (photometric == PHOTOMETRIC_PALETTE) return {255 - value, value, 7};
  return {photometric == PHOTOMETRIC_MINISWHITE ? 255 - gray : gray, 0, 0};
}

class TiffPattern : public testing::TestWithParam<std::tuple<int, int>> {};

// Stored from the lower right corner, so that a turn too many would show.
TEST_P(TiffPattern, IsExpandedToEightBitGrayOrColour) {
  constexpr Size kSize{13, 9};
  const auto [bits, photometric] = GetParam();
  const Bytes tiff = encode_tiff_pattern(kSize, bits, static_cast<std::uint16_t>(photometric));
  expect_info_agrees(tiff, Format::tiff);
  const Image image = decode(tiff).value();
  ASSERT_EQ(image.channels(), photometric == PHOTOMETRIC_PALETTE ? 3 : 1);
  for (int y = 0; y < kSize.height_px; ++y) {
    for (int x = 0; x < kSize.width_px; ++x) {
      const auto expected = expected_of(pattern_at(x, y, bits), bits, photometric);
      for (int channel = 0; channel < image.channels(); ++channel) {
        const int at = (kSize.width_px - 1 - x) * image.channels() + channel;
        ASSERT_EQ(image.row_u8(kSize.height_px - 1 - y)[static_cast<std::size_t>(at)],
                  expected[static_cast<std::size_t>(channel)]);
      }
    }
  }
}

std::string kind_name(int bits, int photometric) {
  const std::string name = photometric == PHOTOMETRIC_PALETTE      ? "Palette"
                           : photometric == PHOTOMETRIC_MINISWHITE ? "WhiteIsZero"
                                                                   : "BlackIsZero";
  return name + std::to_string(bits);
}

INSTANTIATE_TEST_SUITE_P(Decode, TiffPattern,
                         testing::Combine(testing::Values(1, 2, 4, 8),
                                          testing::Values(PHOTOMETRIC_MINISBLACK, PHOTOMETRIC_MINISWHITE,
                                                          PHOTOMETRIC_PALETTE)),
                         [](const auto& kind) { return kind_name(std::get<0>(kind.param), std::get<1>(kind.param)); });

TEST(Decode, TiffWhoseWhiteIsZeroIsTurnedRound) {
  const Image image = picture({37, 21}, 1, PixelDepth::u16);
  expect_same(decode(encode_tiff(image, {.white_is_zero = true})), image);
}

TEST(Decode, AFloatTiffIsUnsupportedAndItsValuesAreThere) {
  FloatMap map{{3, 2}, {0.5f, 1, 2, -3, 1e9f, 0}};
  const Bytes tiff = encode_float_tiff(map).value();
  EXPECT_EQ(as_text(tiff).substr(0, 4), std::string_view("II*\0", 4));  // little-endian
  EXPECT_NE(as_text(tiff).find(std::string_view(reinterpret_cast<const char*>(map.values.data()), 24)),
            std::string_view::npos);
  EXPECT_EQ(decode(tiff).error().code, ErrorCode::unsupported);
}

// Where the stored picture's first pixel and the second of its first row come to lie (TIFF 6.0, tag 274).
struct Turn {
  int orientation;
  bool sides_swapped;
  int first_x, first_y, second_x, second_y;
};
void PrintTo(const Turn& turn, std::ostream* out) {
  *out << turn.orientation;
}
constexpr Size kStored{48, 32};
class Orientation : public testing::TestWithParam<Turn> {};

TEST_P(Orientation, IsAppliedToTiffExactly) {
  const Turn turn = GetParam();
  const Image stored = picture(kStored, 3);
  const Bytes tiff = encode_tiff(stored, {.orientation = static_cast<std::uint16_t>(turn.orientation)});
  const auto image = decode(tiff);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->size(), turn.sides_swapped ? (Size{kStored.height_px, kStored.width_px}) : kStored);
  EXPECT_EQ(image->row_u8(turn.first_y)[static_cast<std::size_t>(3 * turn.first_x)], stored.row_u8(0)[0]);
  EXPECT_EQ(image->row_u8(turn.second_y)[static_cast<std::size_t>(3 * turn.second_x)], stored.row_u8(0)[3]);
  expect_info_agrees(tiff, Format::tiff);
}

TEST_P(Orientation, IsAppliedToJpegLikeToTiff) {
  const auto orientation = static_cast<std::uint16_t>(GetParam().orientation);
  const Image stored = picture(kStored, 3);
  const Bytes jpeg = with_orientation(encode_jpeg(stored, 95).value(), orientation);
  EXPECT_EQ(read_info(jpeg)->exif_orientation, orientation);
  expect_info_agrees(jpeg, Format::jpeg);
  expect_same(decode(jpeg), decode(encode_tiff(stored, {.orientation = orientation})).value(), 4);
}

INSTANTIATE_TEST_SUITE_P(Decode, Orientation,
                         testing::Values(Turn{1, false, 0, 0, 1, 0}, Turn{2, false, 47, 0, 46, 0},
                                         Turn{3, false, 47, 31, 46, 31}, Turn{4, false, 0, 31, 1, 31},
                                         Turn{5, true, 0, 0, 0, 1}, Turn{6, true, 31, 0, 31, 1},
                                         Turn{7, true, 31, 47, 31, 46}, Turn{8, true, 0, 47, 0, 46}),
                         [](const auto& turn) { return std::to_string(turn.param.orientation); });

TEST(Decode, AnOrientationThatMakesNoSenseIsNone) {
  const Bytes jpeg = encode_jpeg(picture(kStored, 3)).value();
  for (const std::uint16_t orientation : {std::uint16_t{0}, std::uint16_t{9}, std::uint16_t{65535}}) {
    EXPECT_EQ(decode(with_orientation(jpeg, orientation))->size(), kStored);
  }
}

TEST(Decode, RealPicturesOfTheDataSets) {
  const auto folder = lineguard::test::shared_data() / "magnetic_tile" / "exposure3";
  LINEGUARD_NEEDS(folder);
  int pictures = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!has_picture_extension(entry.path()) || ++pictures > 20) continue;
    const auto image = decode_file(entry.path());
    EXPECT_TRUE(image) << image.error().message;
  }
  EXPECT_GT(pictures, 0);
}

TEST(Decode, PictureExtensionsInAnyCase) {
  EXPECT_TRUE(has_picture_extension("a/b.JPG"));
  EXPECT_TRUE(has_picture_extension("b.tiff"));
  EXPECT_FALSE(has_picture_extension("b.txt"));
  EXPECT_FALSE(has_picture_extension("png"));
}

}  // namespace
}  // namespace lineguard::imaging
