// What labels add to the good bank: heads that know defects they were shown, above a floor that keeps the good-only
// distance deciding where a defect is like none of them.
//
//   fused = bias + distance * d + patch * p                  d: distance score, p: log odds of the worst cells,
//           + picture * q + brightness * b                   q: value of the whole picture, b: highest distance of an
//                                                            area's brightness
//   score = max(fused, score floor(d))
//   cell  = bias + logit * x + distance * d                  x: log odds of the patch head, d: the cell's distance
//   map   = min(cell, level + max(x - cell level, -1))       within reach of a defect that patch head and fused cells
//                                                            know: the patch head draws the outline, for distances are
//                                                            blurred and would swell it
//         = max(cell, modest map floor(d))                   elsewhere
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/detector/box_classifier.h>
#include <lineguard/detector/kernel_ridge.h>
#include <lineguard/detector/mlp.h>

namespace lineguard::detector {

// Weights >= 0 of the scores in one log odds (stacking, Wolpert 1992), fitted on cross-fitted scores.
struct Fusion {
  double bias = 0, distance = 0, patch = 0, picture = 0, brightness = 0;
};

// The same of a cell, so that a map knows both what it was shown and what is strange. As it is, the map is the patch
// head's alone: where people drew boxes, whose sides would follow blurred distances.
struct CellFusion {
  double bias = 0, logit = 1, distance = 0;
  double at(double x, double d) const { return bias + logit * x + distance * d; }
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
  static constexpr float kOutlineDepth = 1;  // how far below its level a map falls beside an outline

  std::vector<std::string> classes;  // of defects, in the order of the patch head's outputs after "good"
  std::optional<Mlp> patch;          // dense features of a cell -> good, classes …
  std::optional<Mlp> sides;          // where people drew boxes: dense features of a cell -> log of the way to each side
  std::vector<BoxClassifier> looks;  // and what a predicted box shows -> classes …; their mean decides
  int dense_cells = 32;
  int top_cells = 3;                   // its score is the mean of that many highest cells
  std::optional<KernelRidge> picture;  // pooled features -> -1 good to 1 defective
  Fusion fusion;
  CellFusion cell_fusion;
  Floor score_floor, map_floor;
  double cell_level = 0;  // the patch head knows a cell as defective above it; a map's is map_floor.level
  int reach_cells = 6;    // how far the distance of a defect is blurred
};

}  // namespace lineguard::detector
