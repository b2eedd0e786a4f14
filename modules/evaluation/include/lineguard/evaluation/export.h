// Predictions for other tools.
#pragma once

#include <string>

#include <lineguard/evaluation/evaluate.h>

namespace lineguard::evaluation {

// A line a picture, with a header: image, part, view, lot, truth, class, label, score, threshold, rule,
// predicted_class, regions, error. What `agreement` reads.
std::string predictions_csv(const Evaluation& evaluation);

// COCO: images with their size, the classes that the model named as categories ("defect" where it named none), and each
// region as an annotation with its score. Needs EvaluateOptions::want_regions. Pictures with an error are left out.
std::string predictions_coco(const Evaluation& evaluation);

}  // namespace lineguard::evaluation
