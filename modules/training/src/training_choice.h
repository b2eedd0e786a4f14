// Which pictures of a data set are learned from, and whether they may be.
#pragma once

#include "training_set.h"
#include "vocabulary.h"

#include <string>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/training/train.h>

namespace lineguard::training {

struct Chosen {
  TrainingSet set;
  std::string note;                              // which labels are used
  std::vector<const dataset::Sample*> held_out;  // kept untouched
};

// The training part, its twins as good pictures where every picture has one, in folds by part. `hold_out`: share of
// the parts that is kept untouched. Errors: refused (too few good or defective pictures).
Result<Chosen> choose_pictures(const dataset::Dataset& dataset, const TrainConfig& config, double hold_out = 0);

// Fills good_left_out, defective_left_out and defective_scored.
void count_left_out(const dataset::Dataset& dataset, const Chosen& chosen, TrainReport& report);

// What the command line said of the data set beside the configuration, as a comment in TOML; empty: nothing.
std::string how_it_was_read(const dataset::Dataset& dataset);

// Labelled pictures that are learned from tile by tile have good places even where none is good.
bool cuts(const TrainingSet& set, const TrainConfig& config);

// Blockers of `verify` that concern a picture to learn from, or the whole set, refuse the training; those of other
// pictures only spoil figures that are measured later and become warnings.
Result<void> refuse_blockers(const dataset::Dataset& dataset, const TrainingSet& set, const TrainConfig& config,
                             const TrainOptions& options, const ProgressFunction& progress,
                             std::vector<std::string>& warnings);

}  // namespace lineguard::training
