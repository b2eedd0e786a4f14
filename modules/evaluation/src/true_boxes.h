// Where a sample's defects are, as boxes.
#pragma once

#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/stats/detection.h>

namespace lineguard::evaluation {

// What one picture may have: pictures wait with their boxes until all are matched, and noise in a mask has millions.
inline constexpr std::size_t kMostTrueBoxes = 10'000;

// The sample's labelled boxes, else those around the connected parts of its mask; none where neither is there.
// Errors: those of read_mask(); too_large where there are more than kMostTrueBoxes.
Result<std::vector<stats::TrueBox>> true_boxes(const dataset::Sample& sample, Size picture);

}  // namespace lineguard::evaluation
