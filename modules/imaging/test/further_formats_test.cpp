// WebP, JPEG 2000, JPEG-LS, PGM and PPM: the pixels come back, cut files are damage, what would be left out is refused.
#include "further_pictures.h"
#include "pictures.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <lineguard/imaging/decode.h>

namespace lineguard::imaging {
namespace {

using namespace test;  // NOLINT: the pictures

void expect_same(const Bytes& encoded, const Image& image, Format format) {
  const auto decoded = decode(encoded);
  ASSERT_TRUE(decoded) << to_string(format) << ": " << decoded.error().message;
  EXPECT_EQ(decoded->size(), image.size());
  ASSERT_EQ(decoded->channels(), image.channels());
  ASSERT_EQ(decoded->depth(), image.depth());
  EXPECT_EQ(largest_difference(*decoded, image), 0) << to_string(format);
  const auto info = read_info(encoded);
  EXPECT_EQ(info->format, format);
  EXPECT_EQ(info->size, image.size());
}

TEST(FurtherFormats, GiveThePixelsBack) {
  for (const PixelDepth depth : {PixelDepth::u8, PixelDepth::u16}) {
    for (const int channels : {1, 3}) {
      const Image image = picture({37, 23}, channels, depth);
      expect_same(encode_netpbm(image), image, Format::netpbm);
      expect_same(encode_netpbm_in_letters(image), image, Format::netpbm);
      expect_same(encode_jpeg_ls(image), image, Format::jpeg_ls);
      expect_same(encode_jpeg2000(image), image, Format::jpeg2000);
    }
  }
  expect_same(encode_webp(picture({37, 23}, 3)), picture({37, 23}, 3), Format::webp);
}

TEST(FurtherFormats, TheOrientationOfAWebPIsApplied) {
  const Image image = picture({37, 23}, 3);
  const auto turned = decode(encode_webp(image, 255, 6));
  ASSERT_TRUE(turned) << turned.error().message;
  EXPECT_EQ(turned->size(), (Size{23, 37}));
  EXPECT_EQ(largest_difference(*turned, *decode(encode_tiff(image, {.orientation = 6}))), 0);
}

TEST(FurtherFormats, TransparentPixelsOfAWebPAreRefused) {
  const Image image = picture({37, 23}, 3);
  const auto refused = decode(encode_webp(image, 100));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
}

TEST(FurtherFormats, CutAnywhereTheyAreRefused) {
  const Image image = picture({37, 23}, 3);
  for (const Bytes& encoded : {encode_netpbm(image), encode_netpbm_in_letters(image), encode_jpeg_ls(image),
                               encode_jpeg2000(image), encode_webp(image)}) {
    for (std::size_t length = 12; length + 2 < encoded.size(); length += 1 + encoded.size() / 50) {
      const auto cut = decode(std::span(encoded).first(length));
      ASSERT_FALSE(cut) << to_string(detect_format(encoded)) << " cut to " << length << " of " << encoded.size();
      EXPECT_EQ(cut.error().code, ErrorCode::corrupt_data) << cut.error().message;
    }
  }
}

TEST(FurtherFormats, SeveralPicturesInAPgmAreRefused) {
  Bytes two = encode_netpbm(picture({37, 23}, 1));
  const Bytes one = two;
  two.insert(two.end(), one.begin(), one.end());
  EXPECT_EQ(decode(two).error().code, ErrorCode::unsupported);
}

TEST(FurtherFormats, BitsOfAPbmAreBlackWhereTheyAreSet) {
  for (const std::string& text :
       {std::string("P1\n# a comment\n3 2\n101\n0 1 0"), std::string("P4 3 2\n\xa0\x40", 9)}) {
    const auto image = decode(as_bytes(text));
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(image->row_u8(0)[0], 0);
    EXPECT_EQ(image->row_u8(0)[1], 255);
    EXPECT_EQ(image->row_u8(1)[1], 0);
  }
}

// Found by the fuzzer: the tenth digit overflowed.
TEST(FurtherFormats, LongNumbersInAHeaderAreDamage) {
  for (const std::string& text :
       {std::string("P2\n2222222222 1 255\n1"), std::string("P5 99999999999999999999 1 255\n1"),
        std::string("P1 2147483648 2147483648\n")})
    EXPECT_EQ(decode(as_bytes(text)).error().code, ErrorCode::corrupt_data) << text;
}

TEST(FurtherFormats, ASampleAboveTheLargestValueIsDamage) {
  EXPECT_EQ(decode(as_bytes("P2 2 1 100\n99 101")).error().code, ErrorCode::corrupt_data);
  EXPECT_EQ(decode(as_bytes("P2 2 1 100\n50 100"))->row_u8(0)[1], 255);
}

TEST(Masks, AreWhatIsNotBlackAndNotTransparent) {
  Image colours({4, 1}, 3);
  for (const std::size_t x : {1u, 2u}) colours.row_u8(0)[3 * x] = 255;
  const auto opaque = decode_mask(encode_png_with_alpha(colours));
  ASSERT_TRUE(opaque) << opaque.error().message;
  EXPECT_EQ(opaque->marked.row_u8(0)[1], 255);
  EXPECT_EQ(opaque->marked.row_u8(0)[0], 0);
  EXPECT_FALSE(opaque->by_alpha);
  const auto hidden = decode_mask(encode_png_with_alpha(colours, 0));
  EXPECT_EQ(hidden->marked.row_u8(0)[1], 0);
  EXPECT_TRUE(hidden->by_alpha);
}

TEST(Masks, OfAPaletteWithoutBlackTheFirstColourIsTheBackground) {
  const auto mask = decode_mask(encode_png_with_palette({4, 1}));  // colours 0, 1, 0, 1, none of them black
  ASSERT_TRUE(mask) << mask.error().message;
  EXPECT_TRUE(mask->by_index);
  EXPECT_EQ(mask->marked.row_u8(0)[0], 0);
  EXPECT_EQ(mask->marked.row_u8(0)[1], 255);
}

}  // namespace
}  // namespace lineguard::imaging
