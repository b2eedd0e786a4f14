// Image: pixels in memory. Rows top to bottom, channels interleaved (gray, or R G B), no padding between rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lineguard {

enum class PixelDepth { u8 = 1, u16 = 2 };  // the value is the number of bytes a sample takes (native byte order)

struct Size {
  int width_px = 0;
  int height_px = 0;
  bool operator==(const Size&) const = default;
};

// Movable and copyable; a copy copies the pixels. Not synchronised.
class Image {
 public:
  Image() = default;
  // REQUIRES: width_px and height_px >= 1, channels 1 or 3. Pixels start at zero.
  Image(Size size, int channels, PixelDepth depth = PixelDepth::u8);

  bool empty() const { return bytes_.empty(); }
  Size size() const { return size_; }
  int width_px() const { return size_.width_px; }
  int height_px() const { return size_.height_px; }
  int channels() const { return channels_; }
  PixelDepth depth() const { return depth_; }
  std::size_t row_bytes() const;

  std::span<std::byte> bytes() { return bytes_; }
  std::span<const std::byte> bytes() const { return bytes_; }
  // REQUIRES: depth() == u8 (u16 for the second pair), 0 <= y < height_px().
  std::span<std::uint8_t> row_u8(int y);
  std::span<const std::uint8_t> row_u8(int y) const;
  std::span<std::uint16_t> row_u16(int y);
  std::span<const std::uint16_t> row_u16(int y) const;

 private:
  Size size_;
  int channels_ = 0;
  PixelDepth depth_ = PixelDepth::u8;
  std::vector<std::byte> bytes_;
};

// One float a pixel: an anomaly map. values.size() == width_px * height_px, row by row; higher is worse.
struct FloatMap {
  Size size;
  std::vector<float> values;
  float at(int x, int y) const { return values[static_cast<std::size_t>(y) * size.width_px + x]; }
};

}  // namespace lineguard
