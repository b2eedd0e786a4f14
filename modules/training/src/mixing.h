// From members to their mixture: scales, the score and map of every picture, and whether brightness counts.
#pragma once

#include "cross_fitting.h"

#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

namespace lineguard::training {

// The score and map that the mixture gives every picture of a set, in order, when it is made without the picture's
// part.
struct CrossFitted {
  std::vector<MapScore> scored;
  std::vector<double> highest_brightness;  // distance of each picture's areas; none where the model doesn't see it
};

struct Mixed {
  Mixture mixture;
  CrossFitted cross_fitted;
  // Where good parts say whether brightness counts: the share by which a defect that shows in patches and brightness
  // alike needs to stand out less. At or below 0 it is left out of the mixture.
  std::optional<double> brightness_gain;
};

// `members` with the inputs that they see, the finest first. `preprocessing`: of the model. With labels brightness is
// kept, and what it counts is left to them.
Mixed mix_members(const TrainingSet& set, std::vector<FittedMember> members, const std::vector<std::size_t>& inputs,
                  const imaging::Preprocessing& preprocessing, const TrainConfig& config);

// Only those of good pictures that tell how good ones score (TrainingSet::tells_good).
std::vector<MapScore> good_ones(const TrainingSet& set, const std::vector<MapScore>& scored);

struct RegionLevels {
  double inside = 0, peak = std::numeric_limits<double>::lowest();
  double size_factor = 1;  // of boxes, where labels show how people draw them
};
// Cells above `inside`: 0.5 % of the good pictures' ones; above `peak` as many pictures as above the operating point.
RegionLevels calibrate_regions(const std::vector<MapScore>& good, std::size_t above);
// The highest cell that `above` of the maps exceed.
double peak_level(const std::vector<MapScore>& good, std::size_t above);

}  // namespace lineguard::training
