// What labels add to the good bank: heads that know defects they were shown, above a floor that keeps the good-only
// distance deciding where a defect is like none of them.
//
//   fused = bias + distance * d + patch * p + picture * q    d: distance score, p, q: log odds of the two heads
//   score = max(fused, score floor(d))
//   map   = max(log odds of the cell, map floor(distance of the cell))      where there is a patch head
#pragma once

#include "mlp.h"

#include <optional>
#include <string>
#include <vector>

namespace lineguard::detector {

// Weights >= 0 of the scores in one log odds (stacking, Wolpert 1992), fitted on cross-fitted scores.
struct Fusion {
  double bias = 0, distance = 0, patch = 0, picture = 0;
};

// level + slope * (d - distance): above `level` only where d is above nearly all good parts' distances.
struct Floor {
  double distance = 0, level = 0, slope = 1;
  double at(double d) const { return level + slope * (d - distance); }
};

struct LabelledHead {
  std::vector<std::string> classes;  // of defects, in the order of the patch head's outputs after "good"
  std::optional<Mlp> patch;          // dense features of a cell -> good, classes …
  int dense_cells = 32;
  int top_cells = 3;           // its score is the mean of that many highest cells
  std::optional<Mlp> picture;  // pooled features -> good, defective
  Fusion fusion;
  Floor score_floor, map_floor;
};

}  // namespace lineguard::detector
