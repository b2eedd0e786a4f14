// From distances to a map and a score, as the graph does it: for calibration on features that are at hand.
#pragma once

#include <vector>

#include <lineguard/detector/head.h>

namespace lineguard::detector {
using features::Matrix;

struct MapScore {
  std::vector<float> map;  // grid * grid
  double score = 0;
};

// Of the `count` highest cells, or of all where there are fewer.
double mean_of_highest(std::vector<float> cells, int count);

// The map and the score of the patches of one grid.
MapScore score_patches(const Head& head, const Matrix& patches);

// The score, with a map of the distances that it is made of: not the one to show.
MapScore score_by_nearest(const Head& head, const Matrix& patches);

// `distances` of the grid's cells to the bank (before place weights). Uses head's weights, smoothing, levels and
// top_cells.
MapScore score_distances(const Head& head, Distances distances);

// Where good parts hardly differ, as in front of a background, defects are rare: the mean of their distances there,
// beside that of all places, to the power of 0.3 (docs/adr/0026). `maps`: good parts' distances for the map, each by a
// head made without it. Uses head's smoothing. REQUIRES: one map or more.
std::vector<float> fit_place_weights(const Head& head, const std::vector<const std::vector<float>*>& maps);

// From good parts' distances for the map, each by a head made without it. Uses head's weights and smoothing. REQUIRES:
// one map or more.
MapLevels fit_map_levels(const Head& head, const std::vector<const std::vector<float>*>& maps);

}  // namespace lineguard::detector
