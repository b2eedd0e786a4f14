#include <lineguard/core/check.h>
#include <lineguard/core/image.h>

namespace lineguard {

Image::Image(Size size, int channels, PixelDepth depth) : size_(size), channels_(channels), depth_(depth) {
  LINEGUARD_CHECK(size.width_px >= 1 && size.height_px >= 1, "an image has at least one pixel");
  LINEGUARD_CHECK(channels == 1 || channels == 3, "an image has 1 or 3 channels");
  bytes_.resize(row_bytes() * static_cast<std::size_t>(size.height_px));
}

std::size_t Image::row_bytes() const {
  return static_cast<std::size_t>(size_.width_px) * channels_ * static_cast<std::size_t>(depth_);
}

std::span<std::uint8_t> Image::row_u8(int y) {
  LINEGUARD_CHECK(depth_ == PixelDepth::u8 && y >= 0 && y < size_.height_px, "row of an 8-bit image");
  return {reinterpret_cast<std::uint8_t*>(bytes_.data() + row_bytes() * static_cast<std::size_t>(y)), row_bytes()};
}

std::span<const std::uint8_t> Image::row_u8(int y) const {
  return const_cast<Image*>(this)->row_u8(y);
}

std::span<std::uint16_t> Image::row_u16(int y) {
  LINEGUARD_CHECK(depth_ == PixelDepth::u16 && y >= 0 && y < size_.height_px, "row of a 16-bit image");
  return {reinterpret_cast<std::uint16_t*>(bytes_.data() + row_bytes() * static_cast<std::size_t>(y)), row_bytes() / 2};
}

std::span<const std::uint16_t> Image::row_u16(int y) const {
  return const_cast<Image*>(this)->row_u16(y);
}

}  // namespace lineguard
