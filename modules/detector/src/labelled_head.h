// What labels add to the good bank: heads that know defects they were shown, above a floor that keeps the good-only
// distance deciding where a defect is like none of them.
//
//   fused = bias + distance * d + patch * p                  d: distance score, p: log odds of the worst cells,
//           + picture * q + brightness * b                   q: value of the whole picture, b: highest distance of an
//                                                            area's brightness
//   score = max(fused, score floor(d))
//   map   = log odds of the cell                                           within reach of a defect that the patch head
//                                                                          knows: it draws the outline, for distances
//                                                                          are blurred and would swell it
//         = max(log odds of the cell, modest map floor(distance))          elsewhere
#pragma once

#include "kernel_ridge.h"
#include "look_network.h"
#include "mlp.h"

#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace lineguard::detector {

// Weights >= 0 of the scores in one log odds (stacking, Wolpert 1992), fitted on cross-fitted scores.
struct Fusion {
  double bias = 0, distance = 0, patch = 0, picture = 0, brightness = 0;
};

// level + slope * (d - distance): above `level` only where d is above nearly all good parts' distances.
struct Floor {
  double distance = 0, level = 0, slope = 1;
  double at(double d) const { return level + slope * (d - distance); }
  // The same order, but above `level` by the logarithm only: a place that is merely strange ranks below a defect that
  // is known.
  double modest_at(double d) const {
    const double above = slope * (d - distance);
    return level + (above > 0 ? std::log1p(above) : above);
  }
};

struct LabelledHead {
  std::vector<std::string> classes;  // of defects, in the order of the patch head's outputs after "good"
  std::optional<Mlp> patch;          // dense features of a cell -> good, classes …
  std::optional<Mlp> sides;          // where people drew boxes: dense features of a cell -> log of the way to each side
  std::vector<LookNetwork> looks;    // and what a predicted box shows -> classes …; their mean decides
  int dense_cells = 32;
  int top_cells = 3;                   // its score is the mean of that many highest cells
  std::optional<KernelRidge> picture;  // pooled features -> -1 good to 1 defective
  Fusion fusion;
  Floor score_floor, map_floor;  // a cell above map_floor.level is one that the patch head knows
  int reach_cells = 6;           // how far the distance of a defect is blurred
};

}  // namespace lineguard::detector
