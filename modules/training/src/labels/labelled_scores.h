// What labelled heads say of every picture when they are made without its part.
#pragma once

#include "head_fitting.h"
#include "labelled_samples.h"
#include "vocabulary.h"

#include <string>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/detector/boxes.h>

namespace lineguard::training {

// One entry a picture of the set, in order.
struct LabelledScores {
  Heads of_all;                                 // fitted to all pictures: the package's
  std::vector<double> picture_values;           // of the whole picture; 0 where no head judges it
  std::vector<std::vector<float>> maps;         // log odds of the patch head's cells; empty without that head
  std::vector<PixelRect> shown;                 // the part of the picture that the cells lie in
  std::vector<std::vector<CellBox>> predicted;  // boxes of its cells, where people drew boxes
};

// Pictures that do not calibrate are scored by the heads of all: nothing rests on their scores. Errors: those of
// reading pictures.
Result<LabelledScores> score_labelled(const TrainingSet& set, const std::vector<LabelledPicture>& samples,
                                      const FeatureExtractor& extractor, const TrainConfig& config,
                                      const std::vector<std::string>& classes, bool boxes, int threads,
                                      const ProgressFunction& progress);

}  // namespace lineguard::training
