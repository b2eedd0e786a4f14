// Pictures made for the tests: smooth colours, so that JPEG stays close, with a corner that tells every turn apart.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include <lineguard/core/image.h>
#include <lineguard/core/types.h>

namespace lineguard::imaging::test {

Image picture(Size size, int channels, PixelDepth depth = PixelDepth::u8);

// `jpeg` with an EXIF segment that holds the orientation (any number, valid or not).
Bytes with_orientation(const Bytes& jpeg, std::uint16_t orientation);

// An 8-bit BMP with a palette (gray: 0 to 255; else reds), or a 24-bit one where `bits` is 24. Bottom row first unless
// `top_down`. `pixels` is 8-bit gray (bits 8) or RGB (bits 24).
struct BmpKind {
  int bits = 24;
  bool gray_palette = true;
  bool top_down = false;
  int palette_colours = 256;
};
Bytes encode_bmp(const Image& pixels, BmpKind kind);

struct TiffKind {
  std::uint16_t compression = 1;  // none
  int tile_side_px = 0;           // 0: strips
  int extra_samples = 0;          // 1: an alpha channel of all ones
  bool white_is_zero = false;
  bool planes_apart = false;  // all reds, then all greens, …
  std::uint16_t orientation = 1;
  int extra_value = 0xff;     // of each byte of a further sample
  int pages = 1;              // the same picture so often
  std::uint32_t subfile = 0;  // what the further ones are said to be
  bool inside = false;        // the further ones stand in the first one's sub-directories
};
Bytes encode_tiff(const Image& image, TiffKind kind);

// A pattern of every value that `bits` (1, 2, 4 or 8) can hold, and pictures of it with that many bits a pixel.
int pattern_at(int x, int y, int bits);
// photometric: white or black is zero, or a palette in which value v has red 255 - v, green v, blue 7.
Bytes encode_tiff_pattern(Size size, int bits, std::uint16_t photometric);
Bytes encode_png_pattern(Size size, int bits, bool interlaced);

// Through libpng's simplified interface: RGBA, or a palette of `image`'s first two pixels.
Bytes encode_png_with_alpha(const Image& rgb, int alpha = 0xff);
Bytes encode_png_with_palette(Size size);

// Through libjpeg, in its usual ten scans.
Bytes encode_progressive_jpeg(const Image& rgb);

// 32 bits a pixel: blue, green, red and what the function says.
Bytes encode_bmp_with_fourth_byte(const Image& rgb, const std::function<int(int x, int y)>& fourth);

// The largest difference of any sample, in steps of the depth. REQUIRES: same size, channels and depth.
int largest_difference(const Image& a, const Image& b);

inline std::string_view as_text(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes as_bytes(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

}  // namespace lineguard::imaging::test
