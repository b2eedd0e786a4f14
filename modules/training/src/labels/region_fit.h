// Where regions begin and how large their boxes are, learned from boxes that people drew: a map is blurred by its cells
// and their context, and people draw with a margin of their own.
#pragma once

#include "vocabulary.h"

#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/core/types.h>
#include <lineguard/detector/boxes.h>
#include <lineguard/features/preprocess.h>

namespace lineguard::training {

// One picture's map, made by a head that was not shown it, and the boxes that belong to it.
struct BoxedMap {
  FloatMap map;
  PixelRect area;  // of the picture that the map covers
  std::vector<Box> truth;
};

struct RegionFit {
  double inside = 0;       // cells above belong to a region
  double size_factor = 1;  // sides of a box over those of the map's region, median; 0.5 to 2
  double quality = 0;      // Dice of boxes that match (intersection over union 0.5), each counted by its overlap
};

// Tries levels around `cell_level` (where single cells are told apart best) and takes the one whose boxes, each with
// the factor that suits it, match best. With fewer than 20 true boxes: cell_level and 1. At most 100 of the maps are
// looked at, evenly spread.
RegionFit fit_regions(const std::vector<BoxedMap>& pictures, double cell_level, int threads);

// One picture's boxes as cells predict them (boxes.h), by heads that were not shown it, and those that people drew.
struct PredictedBoxes {
  std::vector<CellBox> candidates;
  PixelRect area;
  std::vector<Box> truth;
};

// The level above which a cell's box counts: of those around `cell_level` the one whose boxes match best; size_factor
// is 1. With fewer than 20 true boxes: cell_level.
RegionFit fit_box_level(const std::vector<PredictedBoxes>& pictures, double cell_level, int threads);

}  // namespace lineguard::training
