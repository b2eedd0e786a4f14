// Geometry and depth of pictures. Pure functions; REQUIRES a non-empty image throughout.
#pragma once

#include <cstdint>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/core/types.h>

namespace lineguard::imaging {

enum class Interpolation { area, linear };  // area where shrinking, so that nothing aliases

// `size` with its longer side at `longest_px`, the aspect kept, at least a pixel; as it is where it is no longer.
Size size_within(Size size, int longest_px);

// 8 or 16 bit. The same bytes in give the same bytes out on every machine.
Image resize(const Image& image, Size size, Interpolation interpolation = Interpolation::area);
FloatMap resize_map(const FloatMap& map, Size size);  // bilinear, aligned to pixel areas (half-pixel centres)

// The part of `image` inside `box`, which must lie within the image (whole pixels).
Image crop(const Image& image, int x, int y, Size size);

Image to_rgb(const Image& image);   // gray is repeated
Image to_gray(const Image& image);  // BT.601 weights

// A mask as 8-bit gray: 255 where any byte of the pixel is not zero, whatever its depth and channels.
Image non_zero(const Image& mask);

// Fixed 16 -> 8 bit window: low maps to 0, high to 255, values outside are clipped. An 8-bit image comes back as is.
struct DepthWindow {
  std::uint16_t low = 0;
  std::uint16_t high = 65535;  // > low
  bool operator==(const DepthWindow&) const = default;
};
Image to_8_bit(const Image& image, DepthWindow window);

// Mean of all samples, 0 to 255 (a 16-bit image is scaled down).
double mean_brightness(const Image& image);

}  // namespace lineguard::imaging
