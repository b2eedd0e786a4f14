// A picture is read whole or not at all: what would be left out is named, and is no damage.
#include "pictures.h"

#include <functional>
#include <string>
#include <tiffio.h>
#include <vector>
#include <zlib.h>

#include <gtest/gtest.h>

#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/encode.h>

namespace lineguard::imaging {
namespace {

using namespace test;  // NOLINT: the pictures

void expect_error(const Bytes& encoded, ErrorCode code, std::string_view word) {
  const auto image = decode(encoded);
  ASSERT_FALSE(image) << word;
  EXPECT_EQ(image.error().code, code) << image.error().message;
  EXPECT_NE(image.error().message.find(word), std::string::npos) << image.error().message;
  if (code == ErrorCode::unsupported) {
    EXPECT_EQ(image.error().message.find("damaged"), std::string::npos) << image.error().message;
  }
}

void append_big_endian(Bytes& bytes, std::uint32_t value, int count) {
  for (int i = count; i-- > 0;) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
}

Bytes joined(const Bytes& a, const Bytes& b) {
  Bytes both = a;
  both.insert(both.end(), b.begin(), b.end());
  return both;
}

// `png` with a chunk more behind its header; `checksum_error` is xored into the chunk's checksum.
Bytes with_chunk(const Bytes& png, std::string_view type, const Bytes& content, std::uint32_t checksum_error = 0) {
  constexpr std::ptrdiff_t kBehindHeader = 8 + 25;
  const Bytes covered = joined(as_bytes(type), content);
  Bytes chunk;
  append_big_endian(chunk, static_cast<std::uint32_t>(content.size()), 4);
  chunk = joined(chunk, covered);
  const auto sum = crc32(0, reinterpret_cast<const Bytef*>(covered.data()), static_cast<uInt>(covered.size()));
  append_big_endian(chunk, static_cast<std::uint32_t>(sum) ^ checksum_error, 4);
  Bytes result(png.begin(), png.begin() + kBehindHeader);
  result = joined(result, chunk);
  result.insert(result.end(), png.begin() + kBehindHeader, png.end());
  return result;
}

// An EXIF block with the orientation and nothing else.
Bytes exif_block(std::uint16_t orientation) {
  Bytes block = as_bytes(std::string_view("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01", 18));
  append_big_endian(block, orientation, 2);
  append_big_endian(block, 0, 6);
  return block;
}

TEST(WholePicture, ATiffOfTwoPagesIsRefusedByTheirNumber) {
  expect_error(encode_tiff(picture({20, 10}, 1), {.pages = 2}), ErrorCode::unsupported, "2 pages");
  expect_error(encode_tiff(picture({20, 10}, 3), {.compression = COMPRESSION_LZW, .pages = 5}), ErrorCode::unsupported,
               "5 pages");
}

TEST(WholePicture, ATiffsFurtherPagesCountAlsoAsPreviews) {
  expect_error(encode_tiff(picture({20, 10}, 1), {.pages = 2, .subfile = FILETYPE_REDUCEDIMAGE}),
               ErrorCode::unsupported, "2 pages");
}

TEST(WholePicture, ATiffWithPicturesInsideItsPageIsRefused) {
  expect_error(encode_tiff(picture({20, 10}, 1), {.pages = 2, .inside = true}), ErrorCode::unsupported, "SubIFD");
}

TEST(WholePicture, AFurtherChannelOfATiffIsReadWhereItSaysNothing) {
  for (const bool apart : {false, true}) {
    const Image image = picture({20, 10}, 3, PixelDepth::u16);
    const auto opaque = decode(encode_tiff(image, {.extra_samples = 1, .planes_apart = apart}));
    ASSERT_TRUE(opaque) << opaque.error().message;
    EXPECT_EQ(largest_difference(*opaque, image), 0);
    expect_error(encode_tiff(image, {.extra_samples = 1, .planes_apart = apart, .extra_value = 0x80}),
                 ErrorCode::unsupported, "4 channels");
    expect_error(encode_tiff(image, {.tile_side_px = 16, .extra_samples = 1, .planes_apart = apart, .extra_value = 0}),
                 ErrorCode::unsupported, "4 channels");
  }
  expect_error(encode_tiff(picture({20, 10}, 1), {.extra_samples = 1, .extra_value = 0x80}), ErrorCode::unsupported,
               "2 channels");
}

TEST(WholePicture, TransparentPixelsOfAPngAreRefused) {
  const Image rgb = picture({20, 10}, 3);
  EXPECT_TRUE(decode(encode_png_with_alpha(rgb)));
  expect_error(encode_png_with_alpha(rgb, 0x7f), ErrorCode::unsupported, "transparent");
  // One colour or palette entry that is transparent, in the chunk tRNS.
  Bytes first_pixel;
  for (int channel = 0; channel < 3; ++channel)
    append_big_endian(first_pixel, rgb.row_u8(0)[static_cast<std::size_t>(channel)], 2);
  expect_error(with_chunk(encode_png(rgb).value(), "tRNS", first_pixel), ErrorCode::unsupported, "transparent");
  Bytes no_pixel;
  for (int channel = 0; channel < 3; ++channel) append_big_endian(no_pixel, 255, 2);
  const auto untouched = decode(with_chunk(encode_png(rgb).value(), "tRNS", no_pixel));
  ASSERT_TRUE(untouched) << untouched.error().message;
  EXPECT_EQ(largest_difference(*untouched, rgb), 0);
}

TEST(WholePicture, AnAnimatedPngIsRefused) {
  Bytes control;
  append_big_endian(control, 3, 4);
  append_big_endian(control, 0, 4);
  expect_error(with_chunk(encode_png(picture({20, 10}, 3)).value(), "acTL", control), ErrorCode::unsupported,
               "3 pictures");
}

TEST(WholePicture, AWrongChecksumOfAPngIsDamageAlsoInWhatIsBesideThePixels) {
  const Bytes png = encode_png(picture({20, 10}, 3)).value();
  expect_error(with_chunk(png, "eXIf", exif_block(6), 1), ErrorCode::corrupt_data, "damaged PNG");
  expect_error(with_chunk(png, "teST", exif_block(6), 1), ErrorCode::corrupt_data, "damaged PNG");
}

TEST(WholePicture, TheOrientationOfAPngIsApplied) {
  const Image image = picture({20, 10}, 3);
  const Bytes png = with_chunk(encode_png(image).value(), "eXIf", exif_block(6));
  const auto turned = decode(png);
  ASSERT_TRUE(turned) << turned.error().message;
  EXPECT_EQ(turned->size(), (Size{10, 20}));
  EXPECT_EQ(read_info(png)->size, (Size{10, 20}));
  const auto as_tiff = decode(encode_tiff(image, {.orientation = 6}));
  EXPECT_EQ(largest_difference(*turned, *as_tiff), 0);
}

TEST(WholePicture, AnOrientationFarBehindOtherMetadataIsApplied) {
  Bytes jpeg = with_orientation(encode_jpeg(picture({20, 10}, 3)).value(), 6);
  Bytes profile(jpeg.begin(), jpeg.begin() + 2);  // four segments of colour profile in front of it
  for (int i = 0; i < 4; ++i) {
    profile.push_back(std::byte{0xff});
    profile.push_back(std::byte{0xe2});
    append_big_endian(profile, 65'000, 2);
    profile.resize(profile.size() + 65'000 - 2, std::byte{0x55});
  }
  profile.insert(profile.end(), jpeg.begin() + 2, jpeg.end());
  EXPECT_EQ(decode(profile)->size(), (Size{10, 20}));
}

TEST(WholePicture, ASecondPictureBehindTheEndIsRefusedAndOtherDataIsNot) {
  const Bytes jpeg = encode_jpeg(picture({20, 10}, 3)).value(), png = encode_png(picture({20, 10}, 3)).value();
  for (const Bytes& second : {jpeg, png, encode_tiff(picture({20, 10}, 1), {})}) {
    expect_error(joined(jpeg, second), ErrorCode::unsupported, "second picture");
    expect_error(joined(png, second), ErrorCode::unsupported, "second picture");
    expect_error(joined(encode_bmp(picture({20, 10}, 3), {}), second), ErrorCode::unsupported, "second picture");
  }
  expect_error(joined(jpeg, joined(as_bytes("phone data"), jpeg)), ErrorCode::unsupported, "second picture");
  EXPECT_TRUE(decode(joined(jpeg, as_bytes("phone data"))));
  EXPECT_TRUE(decode(joined(png, as_bytes("phone data"))));
}

// `jpeg` with the index of the multi-picture format, whose second entry has these attributes.
Bytes with_picture_index(const Bytes& jpeg, std::uint32_t attributes) {
  Bytes index = as_bytes(std::string_view("MPF\0MM\0*\0\0\0\x08", 12));
  append_big_endian(index, 1, 2);
  append_big_endian(index, 0xb002, 2);
  append_big_endian(index, 7, 2);
  append_big_endian(index, 32, 4);
  append_big_endian(index, 26, 4);
  append_big_endian(index, 0, 4);
  for (const std::uint32_t first_word : {0x030000u, attributes}) {
    append_big_endian(index, first_word, 4);
    for (int word = 0; word < 3; ++word) append_big_endian(index, 0, 4);
  }
  Bytes tagged(jpeg.begin(), jpeg.begin() + 2);
  tagged.push_back(std::byte{0xff});
  tagged.push_back(std::byte{0xe2});
  append_big_endian(tagged, static_cast<std::uint32_t>(index.size() + 2), 2);
  tagged = joined(tagged, index);
  tagged.insert(tagged.end(), jpeg.begin() + 2, jpeg.end());
  return tagged;
}

TEST(WholePicture, AMultiPictureJpegIsRefusedUnlessTheOthersArePreviews) {
  const Bytes jpeg = encode_jpeg(picture({20, 10}, 3)).value();
  expect_error(with_picture_index(jpeg, 0x020002), ErrorCode::unsupported, "2 pictures");
  expect_error(with_picture_index(jpeg, 0), ErrorCode::unsupported, "2 pictures");
  EXPECT_TRUE(decode(joined(with_picture_index(jpeg, 0x010002), jpeg)));
}

// The position of the frame header's marker.
std::size_t frame_of(const Bytes& jpeg) {
  for (std::size_t at = 2; at + 1 < jpeg.size(); ++at) {
    if (jpeg[at] == std::byte{0xff} && jpeg[at + 1] == std::byte{0xc0}) return at;
  }
  return 0;
}

TEST(WholePicture, KindsOfJpegThatAreNotReadAreNamed) {
  const Bytes jpeg = encode_jpeg(picture({20, 10}, 3)).value();
  const std::size_t frame = frame_of(jpeg);
  const auto with = [&](std::size_t at, int value) {
    Bytes changed = jpeg;
    changed[frame + at] = static_cast<std::byte>(value);
    return changed;
  };
  expect_error(with(1, 0xc3), ErrorCode::unsupported, "lossless JPEG");
  expect_error(with(1, 0xc5), ErrorCode::unsupported, "hierarchical");
  expect_error(with(4, 12), ErrorCode::unsupported, "12 bits");
}

TEST(WholePicture, FormatsThatAreNotReadAreNamed) {
  const std::vector<std::pair<std::string_view, std::string_view>> files{
      {std::string_view("GIF89a\1\0\1\0", 10), "GIF"},
      {std::string_view("\0\0\0\x18"
                        "ftypheic",
                        12),
       "HEIC"},
      {std::string_view("\0\0\0\x1c"
                        "ftypavif",
                        12),
       "AVIF"},
      {std::string_view("8BPS\0\1", 6), "Photoshop"},
      {"%PDF-1.7", "PDF"}};
  for (const auto& [bytes, name] : files) expect_error(as_bytes(bytes), ErrorCode::unsupported, name);
}

TEST(WholePicture, AProgressiveJpegWithoutItsLastScansIsDamage) {
  const Bytes jpeg = encode_progressive_jpeg(picture({61, 43}, 3));
  EXPECT_TRUE(decode(jpeg));
  std::vector<std::size_t> scans;
  for (std::size_t at = 2; at + 1 < jpeg.size(); ++at) {
    if (jpeg[at] == std::byte{0xff} && jpeg[at + 1] == std::byte{0xda}) scans.push_back(at);
  }
  ASSERT_GT(scans.size(), 2u);
  for (std::size_t i = 1; i < scans.size(); ++i) {
    const Bytes cut(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(scans[i]));
    expect_error(joined(cut, as_bytes("\xff\xd9")), ErrorCode::corrupt_data, "JPEG");
  }
}

TEST(WholePicture, AFourthByteOfABmpThatSaysSomethingIsRefused) {
  const Image rgb = picture({20, 10}, 3);
  const auto read = decode(encode_bmp_with_fourth_byte(rgb, [](int, int) { return 0; }));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(largest_difference(*read, rgb), 0);
  EXPECT_TRUE(decode(encode_bmp_with_fourth_byte(rgb, [](int, int) { return 255; })));
  expect_error(encode_bmp_with_fourth_byte(rgb, [](int x, int y) { return x == 7 && y == 3 ? 0 : 255; }),
               ErrorCode::unsupported, "transparent");
}

TEST(WholePicture, AThinPictureIsRefusedByItsSide) {
  Bytes png = encode_png(picture({4, 4}, 3)).value();
  for (std::size_t i = 16; i < 24; ++i) png[i] = std::byte{0};
  png[19] = std::byte{1};
  png[20] = std::byte{5};  // 1 x 83,886,080
  expect_error(png, ErrorCode::too_large, "a side may have");
  EXPECT_EQ(decode(encode_png(picture({300, 2}, 1)).value(), {.max_side_px = 299}).error().code, ErrorCode::too_large);
  EXPECT_EQ(decode(encode_tiff(picture({2, 300}, 1), {}), {.max_side_px = 299}).error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace lineguard::imaging
