// A second look at a box that cells predicted: its pixels, brought to one size whatever the box's, tell the class
// better than any single cell, which sees a part of a large defect and too much beside a small one.
#pragma once

#include <cstdint>
#include <vector>

#include <lineguard/core/types.h>
#include <lineguard/features/preprocess.h>

namespace lineguard::detector {

constexpr double kBoxMargin = 1.3;    // sides of what is looked at, in sides of the box
constexpr int kMostClassified = 200;  // the cells likeliest to be defects are looked at; the rest keep the first class

// What BoxClassifier takes: RoIAlign (He et al. 2017, Mask R-CNN) with one bilinear sample a pixel, scaled to -1 to 1;
// beyond the tile is black. tile: u8 RGB, side_px * side_px; `box` is in fractions of it.
std::vector<float> box_pixels(const std::vector<std::uint8_t>& tile, int side_px, const Box& box);

}  // namespace lineguard::detector
