// What a training will do, decided before anything is learned: later steps read it and do not change it.
#pragma once

#include "training_set.h"
#include "vocabulary.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/detector/golden.h>
#include <lineguard/training/train.h>

namespace lineguard::training {

struct Plan {
  TrainConfig config;  // resolved: members, layers, window
  TrainingSet set;     // pictures in folds, no features yet
  std::vector<const dataset::Sample*> held_out;
  imaging::Preprocessing preprocessing;
  std::vector<GoldenSource> golden_sources;
};

// Chooses pictures and members, refuses what `verify` blocks, and reads what good pictures say of depth and alignment;
// the reference picture of alignment is written to `folder`. Notes and warnings go into `report`. Errors: those of
// train().
Result<Plan> make_plan(const dataset::Dataset& dataset, const TrainConfig& config, const TrainOptions& options,
                       const std::filesystem::path& folder, const ProgressFunction& progress, TrainReport& report);

}  // namespace lineguard::training
