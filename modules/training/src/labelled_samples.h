// What labelled heads learn from: rows of features with their targets, within a bound on memory.
#pragma once

#include "training_set.h"
#include "training_work.h"
#include "vocabulary.h"

#include <string>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/training/train.h>

namespace lineguard::training {

struct LabelledPicture {
  Matrix cells;              // a random choice of dense rows, of the tile turned in several ways
  std::vector<int> targets;  // of those rows: 0 good, 1 + class
  Matrix sides;              // of those rows, where people drew boxes (box_cells.h); NaN where a row is in none
  Matrix looks;              // where people drew boxes: what each shows (second_look.h), several times a little off
  std::vector<int> look_targets;  // index of its class
  Matrix pooled;                  // one row: the tile as it is
  std::vector<int> labels;        // of all cells as they are; empty where nothing says where
};

// One a picture of the set, in order. `boxes`: the defects are boxes that people drew (draws_boxes()). At most
// config.label_cells rows in all and about 10,000 boxes that are looked at, the same share a picture; cells of defects
// come first. Deterministic for config.seed.
// Errors: those of reading pictures and masks.
Result<std::vector<LabelledPicture>> collect_labelled(const TrainingSet& set, const FeatureExtractor& extractor,
                                                      const std::vector<std::string>& classes, bool boxes,
                                                      int dense_cells, const TrainingWork& work);

}  // namespace lineguard::training
