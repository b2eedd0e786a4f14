// Regions from a map: where and how large a defect is, in pixels of the original picture.
#pragma once

#include "preprocess.h"

#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/core/types.h>

namespace lineguard::detector {

struct RegionThresholds {
  double inside = 0;  // cells above belong to a region …
  double peak = 0;    // … that is reported where its highest cell is above this
};

// `map` covers `area` of the picture. Two thresholds (hysteresis, Canny 1986) give whole outlines without specks. Box
// and polygon lie inside the picture; highest score first, at most 64.
std::vector<Region> find_regions(const FloatMap& map, const PixelRect& area, const RegionThresholds& thresholds);

// The map at the size of the picture, zero outside `area`.
FloatMap spread_over_picture(const FloatMap& map, const PixelRect& area, Size picture);

}  // namespace lineguard::detector
