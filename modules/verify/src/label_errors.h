// Labels that a network doubts which was not shown them.
#pragma once

#include "good_distances.h"

#include <cstddef>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/features/matrix.h>

namespace lineguard::verify {

struct LabelError {
  std::size_t picture = 0;  // index
  double probability = 0;   // that the network gives the label which the picture has
};

// The least likely first. `embeddings`: a row a picture; `distances`: distances_from_good(). A label counts as wrong
// where the other one is at least as likely as it is on average of the pictures that carry that one, and likely at all.
Result<std::vector<LabelError>> find_label_errors(const std::vector<LabelledPicture>& pictures,
                                                  const features::Matrix& embeddings,
                                                  const std::vector<double>& distances, int folds, int threads);

}  // namespace lineguard::verify
