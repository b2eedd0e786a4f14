// What held-back good pictures score: each is scored by a bank made without it (cross-fitting by part), so that the
// operating point rests on every good picture and on none that the bank has seen.
#pragma once

#include "graph.h"
#include "training_set.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/detector/train.h>
#include <lineguard/stats/threshold.h>

namespace lineguard::detector {

// Bank, whitening and map settings learned from the patches of one set of pictures; cells of `grid_cells` a side.
Head fit_head(const Matrix& patches, const TrainConfig& config, int grid_cells);

// The map and score that `head` gives a picture's patches.
struct HeldBack {
  std::vector<double> scores;  // one a picture, in order
  std::vector<double> peaks;   // highest cell of its map
  std::vector<float> cells;    // all cells of all maps
};
Result<HeldBack> score_held_back(const TrainingSet& set, const FeatureExtractor& extractor, const TrainConfig& config,
                                 int grid_cells, int threads, const ProgressFunction& progress);

struct RegionLevels {
  double inside = 0, peak = 0;
};
// Cells above `inside`: 0.5 % of good ones; above `peak` as many good pictures as above the operating point.
RegionLevels calibrate_regions(HeldBack held_back, std::size_t above);

}  // namespace lineguard::detector
