// Regions from a map: where and how large a defect is, in pixels of the original picture.
#pragma once

#include <string>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/core/types.h>
#include <lineguard/features/preprocess.h>

namespace lineguard::detector {
using features::PixelRect;

struct RegionThresholds {
  double inside = 0;       // cells above belong to a region …
  double peak = 0;         // … that is reported where its highest cell is above this
  double size_factor = 1;  // box and polygon are scaled about the box's middle
};

// `map` covers `area` of the picture. Two thresholds (hysteresis, Canny 1986) give whole outlines without specks. Box
// and polygon lie inside the picture; highest score first, at most 64.
std::vector<Region> find_regions(const FloatMap& map, const PixelRect& area, const RegionThresholds& thresholds);

// Where the map is highest, whatever the levels: what is around that cell and above half of its height over the map's
// median (full width at half maximum); all of the area where the map is flat.
Region highest_place(const FloatMap& map, const PixelRect& area, double size_factor);

// Names each region by the class whose probability is highest over its box; none where no class is likely in any of its
// cells: the good-only floor raised it, a defect like none that was learned. `classes`: one map a name over `area`.
void name_regions(const std::vector<FloatMap>& classes, const std::vector<std::string>& names, const PixelRect& area,
                  std::vector<Region>& regions);

// The map at the size of the picture; outside `area` its lowest value or 0, whichever is lower.
FloatMap spread_over_picture(const FloatMap& map, const PixelRect& area, Size picture);

}  // namespace lineguard::detector
