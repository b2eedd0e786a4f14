// Fits the labelled heads to collected rows: once to all, and once without each fold whose pictures are to be scored by
// heads that have not seen them.
#pragma once

#include "labelled_samples.h"
#include "training_work.h"
#include "vocabulary.h"

#include <optional>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/detector/labelled_head.h>

namespace lineguard::training {

struct Heads {
  std::optional<Mlp> patch, sides;  // none where nothing says where, or no boxes are drawn
  std::optional<KernelRidge> picture;
};

// [0]: of all pictures; [1 + fold]: without that fold, empty where it does not calibrate. `samples` is
// collect_labelled()'s answer for the set. Deterministic for the configuration's seed.
Result<std::vector<Heads>> fit_heads(const TrainingSet& set, const std::vector<LabelledPicture>& samples,
                                     const std::vector<std::string>& classes, bool boxes, const TrainingWork& work);

// The networks of a second look, of all pictures: nothing is calibrated by classes. None where few boxes are drawn.
Result<std::vector<BoxClassifier>> fit_box_classifiers(const std::vector<LabelledPicture>& samples,
                                                       const TrainConfig& config, std::size_t classes, int threads);

}  // namespace lineguard::training
