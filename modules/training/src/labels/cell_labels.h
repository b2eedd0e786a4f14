// Masks, polygons and boxes as targets of the cells of a grid.
#pragma once

#include "training_set.h"
#include "vocabulary.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::training {

inline constexpr int kIgnoredCell = -1;  // touched by a defect, but hardly

// 1 + index into `classes`, or kIgnoredCell for one that is not among them.
int target_of_class(const std::vector<std::string>& classes, const std::string& name);

// Whether the sample says where its defects are: a good one does (nowhere).
bool has_location(const dataset::Sample& sample);

// [grid * grid]: 0 good, 1 + index into `classes`, or kIgnoredCell. The grid covers the part of the picture that is
// shown; what lies outside is cut off. A defect too small to cover a third of any cell keeps the cell it covers most.
// Errors: those of reading the mask; corrupt_data where its size is not the picture's.
Result<std::vector<int>> label_cells(const dataset::Sample& sample, const Shown& shown,
                                     const std::vector<std::string>& classes, int grid_cells);

// Up to `quota` cells to learn from: those of defects first, at most two thirds of it, then good ones.
std::vector<std::size_t> choose_cells(const std::vector<int>& labels, std::size_t quota, std::mt19937_64& random);

// The same from the labels of a tile's pixels, [side * side]: 0 good, 1 + class.
std::vector<int> cells_of_pixels(const std::vector<std::uint8_t>& labels, int side, int grid_cells);

}  // namespace lineguard::training
