// What held-back good pictures score: each is scored by a bank made without it (cross-fitting by part), so that the
// operating point rests on every good picture and on none that the bank has seen.
#pragma once

#include "training_set.h"
#include "vocabulary.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/detector/graph.h>
#include <lineguard/detector/map_score.h>
#include <lineguard/stats/threshold.h>
#include <lineguard/training/train.h>

namespace lineguard::training {

// Bank, whitening and map settings learned from the patches of one set of pictures; cells of `grid_cells` a side.
Head fit_head(const Matrix& patches, const TrainConfig& config, int grid_cells);

// What the good pictures of a set say of all others, where each is seen by what is made without its part.
struct CrossFitted {
  // The map and score that a head learned without its part gives each picture of the set, in order, defective ones too.
  std::vector<MapScore> scored;
  std::vector<float> place_weights;  // of the map, as in Head
  std::optional<MapLevels> levels;
  // Of all good pictures, with its weight; none where the model doesn't see it, or it would do more harm than good: the
  // gain is the share by which a defect that shows in patches and brightness alike needs to stand out less.
  std::optional<Brightness> brightness;
  std::vector<double> highest_brightness;  // distance of each picture's areas; where labels say what it counts
  double brightness_gain = 0;
};
Result<CrossFitted> cross_fit(const TrainingSet& set, const FeatureExtractor& extractor, const TrainConfig& config,
                              int grid_cells, int threads, const ProgressFunction& progress);

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
