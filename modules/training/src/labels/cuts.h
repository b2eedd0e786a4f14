// Large labelled pictures learned from tile by tile: each becomes a picture of its own, good where no defect lies in
// it, so that a set in which every part has a scratch still has good places to learn from.
#pragma once

#include "training_set.h"
#include "vocabulary.h"

#include <string>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/package/package.h>

namespace lineguard::training {

// Preprocessing of a tile that was cut out: the region of interest and the tiling are done with.
imaging::Preprocessing of_cuts(imaging::Preprocessing preprocessing);

// Replaces every picture of the set by its tiles (tiles.h). A tile that a defect touches but hardly is neither good nor
// defective and left out. Folds and parts are kept. Errors: refused where a defective picture does not say where its
// defects are; those of reading pictures and masks.
Result<void> cut_into_tiles(TrainingSet& set, const imaging::Preprocessing& preprocessing, int threads,
                            const ProgressFunction& progress);

// A picture's score is its worst tile's. One entry a picture of the data set, in order.
struct PictureScore {
  const dataset::Sample* sample = nullptr;
  double worst = 0;                  // of all its tiles
  std::optional<double> worst_good;  // as if no defect lay in it; none where no tile of its place is good anywhere
  bool calibrates = true;
  bool tells_good = true;          // TrainingSet::tells_good
  bool of_defective_part = false;  // TrainingPicture's …
  bool is_template = false;        // … likewise
  int fold = 0;
};
// A tile that is not good is replaced by the one at the same place of the next picture where it is, so that as many
// tiles count as in a good picture.
std::vector<PictureScore> score_pictures(const TrainingSet& set, const std::vector<double>& scores);

}  // namespace lineguard::training
