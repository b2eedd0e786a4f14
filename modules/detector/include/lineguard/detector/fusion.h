// Bringing the scores of the good bank and of labelled heads on one scale.
#pragma once

#include <vector>

#include <lineguard/detector/labelled_head.h>

namespace lineguard::detector {
using features::Matrix;

// The cross-fitted scores of one picture; a head that is not there says 0 everywhere.
struct PartialScores {
  double distance = 0, patch = 0, picture = 0, brightness = 0;
  bool defective = false;
};

// Logistic regression with weights >= 0 and a little shrinkage. REQUIRES pictures of both labels.
Fusion fit_fusion(const std::vector<PartialScores>& pictures);
double fused_score(const Fusion& fusion, const PartialScores& scores);

// What the labelled head makes of these: fused, and never below its score floor (labelled_head.cpp).
double score_of(const LabelledHead& head, const PartialScores& scores);
// log(P(any defect) / P(good)) of each row of the patch head's outputs [cells, 1 + classes].
std::vector<float> defect_logits(const Matrix& outputs);

// Cross-fitted, of one cell: log odds of the patch head and distance.
struct CellScores {
  float logit = 0, distance = 0;
  bool defective = false;
};

// Log odds of both. Cells of the same few pictures tell little: how much of it is the logits' is fitted, and drawn
// towards a fifth the fewer `pictures` show their defects. REQUIRES cells of both kinds.
CellFusion fit_cell_fusion(const std::vector<CellScores>& cells, std::size_t pictures);

// Of good values: the line through (`share` quantile of distances, level) whose slope carries the spread of `scores`
// over to that of the distances. REQUIRES both non-empty.
Floor fit_floor(const std::vector<double>& distances, const std::vector<double>& scores, double share, double level);

// The threshold on `values` whose cells above it agree best with `is_defect` (highest F1); above all of them where none
// is a defect.
double best_threshold(const std::vector<float>& values, const std::vector<bool>& is_defect);

}  // namespace lineguard::detector
