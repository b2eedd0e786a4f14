// Learning the labelled head: collect what labels say, fit, score every picture by a head made without its part, and
// bring the scores of bank and heads together.
#pragma once

#include "mixing.h"
#include "training_set.h"
#include "training_work.h"
#include "vocabulary.h"

#include <string>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/detector/labelled_head.h>
#include <lineguard/training/train.h>

namespace lineguard::training {

// Classes of the defects that the pictures' masks, polygons and boxes show, sorted; none where nothing says where.
std::vector<std::string> classes_of(const TrainingSet& set);

struct LabelledTraining {
  LabelledHead head;
  std::vector<MapScore> scored;  // as the whole detector scores them, cross-fitted; one a picture of the set
  RegionLevels levels;
};

// `held_back` is cross_fit()'s answer for the same set. The extractor gives dense and pooled features; dense
// cells `dense_cells` a side. Peak memory: config.label_cells dense rows and twice that while a fold is fitted. Errors:
// those of reading pictures and masks.
Result<LabelledTraining> train_labelled(const TrainingSet& set, const FeatureExtractor& extractor, int dense_cells,
                                        const CrossFitted& cross_fitted, const TrainingWork& work);

}  // namespace lineguard::training
