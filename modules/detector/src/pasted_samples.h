// Rows of labelled heads from defects pasted into good pictures.
#pragma once

#include "labelled_samples.h"

namespace lineguard::detector {

// Adds rows to the good pictures of `labelled` that real, outlined defects were pasted into, config.label_pasted
// pictures in all and `quota` cells of each. Defect and picture are of one fold, so that a head made without that fold
// has seen neither. Nothing where no defect has an outline. Deterministic for config.seed. Errors: those of reading
// pictures and masks.
Result<void> add_pasted(const TrainingSet& set, const FeatureExtractor& extractor, const TrainConfig& config,
                        const std::vector<std::string>& classes, int dense_cells, std::size_t quota, int threads,
                        const ProgressFunction& progress, std::vector<LabelledPicture>& labelled);

}  // namespace lineguard::detector
