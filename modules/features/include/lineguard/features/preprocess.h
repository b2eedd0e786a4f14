// From a picture to the network's tile: 16 -> 8 bit window, region of interest, colour, size. The one place that does
// so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/imaging/preprocessing.h>

namespace lineguard::features {

constexpr int kBrightnessAreas = 6;  // a side: what a row of brightness tells of

// The region of interest in whole pixels of a picture of this size; all of it where none is set. At least 1 x 1.
struct PixelRect {
  int x = 0, y = 0;
  Size size;
  bool operator==(const PixelRect&) const = default;
};
PixelRect region_of_interest(const imaging::Preprocessing& preprocessing, Size picture);

// Whether a box that the border of `area` may cut belongs to it. Both in pixels of the picture.
bool middle_inside(const Box& box, const PixelRect& area);

// The same for one part of the picture, which must lie inside it.
std::vector<std::uint8_t> prepare_tile(const Image& image, const PixelRect& rect,
                                       const imaging::Preprocessing& preprocessing);

// The inputs of a model: input_px and lighting, then the further ones.
std::size_t input_count(const imaging::Preprocessing& preprocessing);
// Preprocessing for one of them alone. The first keeps the row of brightness where there is one.
imaging::Preprocessing of_input(const imaging::Preprocessing& preprocessing, std::size_t index);

// Of a tile as the network takes it: [1, input_px, input_px, 3], or a row more where it sees brightness; of several
// inputs [1, bytes].
std::vector<std::int64_t> tile_shape(const imaging::Preprocessing& preprocessing);

// u8 RGB, input_px * input_px * 3 bytes; where the network sees brightness, behind them a row with the mean gray of 6 x
// 6 areas before lighting was evened out. The region is squashed to the square: aspect is not kept (docs/adr/0006). Of
// several inputs one after the other.
std::vector<std::uint8_t> prepare_tile(const Image& image, const imaging::Preprocessing& preprocessing);

}  // namespace lineguard::features
