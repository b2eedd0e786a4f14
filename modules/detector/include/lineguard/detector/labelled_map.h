// The map of a detector with labels, made of what its patch head says of cells and of their distances: for calibration,
// as the graph does it. All are side * side values, row by row.
#pragma once

#include <vector>

#include <lineguard/detector/labelled_head.h>

namespace lineguard::detector {

// Of each cell the highest within `reach` cells.
std::vector<float> highest_nearby(const std::vector<float>& map, int side, int reach);

// REQUIRES both of one size.
std::vector<float> fused_cells(const CellFusion& fusion, const std::vector<float>& logits,
                               const std::vector<float>& distances);

// Uses head's cell_fusion, cell_level, map_floor, reach_cells and dense_cells (the side). REQUIRES both of that size.
std::vector<float> joined_map(const LabelledHead& head, const std::vector<float>& logits,
                              const std::vector<float>& distances);

}  // namespace lineguard::detector
