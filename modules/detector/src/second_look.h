// A second look at a box that cells predicted: its pixels, brought to one size whatever the box's, tell the class
// better than any single cell, which sees a part of a large defect and too much beside a small one.
#pragma once

#include "preprocess.h"

#include <cstdint>
#include <string>
#include <vector>

#include <lineguard/core/types.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::detector {

constexpr double kLookMargin = 1.3;  // sides of what is looked at, in sides of the box
constexpr int kLooksAtOnce = 200;    // the cells likeliest to be defects are looked at; the rest keep the first class

// What LookNetwork takes: RoIAlign (He et al. 2017, Mask R-CNN) with one bilinear sample a pixel, scaled to -1 to 1;
// beyond the tile is black. tile: u8 RGB, side_px * side_px; `box` is in fractions of it.
std::vector<float> look_at(const std::vector<std::uint8_t>& tile, int side_px, const Box& box);

// A box that people drew, in fractions of the tile.
struct DrawnBox {
  Box box;
  std::size_t class_index = 0;
};

// The sample's boxes of known classes whose middle lies in `area`, which the tile shows.
std::vector<DrawnBox> boxes_in_tile(const dataset::Sample& sample, const PixelRect& area,
                                    const std::vector<std::string>& classes);

}  // namespace lineguard::detector
