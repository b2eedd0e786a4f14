// What good pictures score by a member that was made without their part (cross-fitting): the operating point rests on
// every good picture, and on none that the bank has seen.
#pragma once

#include "training_set.h"
#include "vocabulary.h"

#include <cstddef>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/detector/mixture.h>
#include <lineguard/training/train.h>

namespace lineguard::training {

// Bank and map settings learned from the patches of one set of pictures; cells of `grid_cells` a side.
Head fit_head(const Matrix& patches, const TrainConfig& config, double whitening, int grid_cells);

// One member, and what each picture gets from it when it is made without the picture's part.
struct FittedMember {
  Head head;                                 // of all good pictures
  std::vector<std::vector<MapScore>> tiles;  // of each picture of the set, in order, defective ones too
  std::vector<Size> sizes;                   // of the pictures
  std::vector<std::vector<float>>
      area_distances;  // of each picture's brightness; none where the input has no row of it
};

// `extractor` is the one that filled the set's patches. Errors: refused where a fold has no good picture beside it;
// those of reading pictures.
Result<FittedMember> cross_fit(const TrainingSet& set, const FeatureExtractor& extractor, const TrainConfig& config,
                               double whitening, int threads, const ProgressFunction& progress);

}  // namespace lineguard::training
