// How far each labelled picture is from the good ones, scored by a bank that was made without its part (cross-fitting).
#pragma once

#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/features/feature_extractor.h>

namespace lineguard::verify {

struct LabelledPicture {
  const dataset::Sample* sample = nullptr;  // labelled good or defective; outlives this
  int fold = 0;                             // pictures of one part share it
  bool good() const { return sample->label == Label::good; }
};

// One score a picture, in order; higher is farther. Memory: at most 200,000 patches. REQUIRES good pictures in two
// folds. Errors: those of reading the pictures.
Result<std::vector<double>> distances_from_good(const std::vector<LabelledPicture>& pictures, int folds,
                                                const features::FeatureExtractor& extractor, int threads,
                                                const ProgressFunction& progress);

}  // namespace lineguard::verify
