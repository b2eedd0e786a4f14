// Where a sample's defects are, as boxes.
#pragma once

#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/stats/detection.h>

namespace lineguard::evaluation {

// The sample's labelled boxes, else those around the connected parts of its mask; none where neither is there.
// Errors: those of reading the mask.
Result<std::vector<stats::TrueBox>> true_boxes(const dataset::Sample& sample);

}  // namespace lineguard::evaluation
