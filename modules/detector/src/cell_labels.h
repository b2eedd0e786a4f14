// Masks, polygons and boxes as targets of the cells of a grid.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/package/package.h>

namespace lineguard::detector {

inline constexpr int kIgnoredCell = -1;  // touched by a defect, but hardly

// Whether the sample says where its defects are: a good one does (nowhere).
bool says_where(const dataset::Sample& sample);

// [grid * grid]: 0 good, 1 + index into `classes`, or kIgnoredCell. `picture` is the size of the whole picture; what
// lies outside the region of interest is cut off. A defect too small to cover a third of any cell keeps the cell it
// covers most. Errors: those of reading the mask; invalid_argument where its size is not the picture's.
Result<std::vector<int>> label_cells(const dataset::Sample& sample, Size picture,
                                     const package::Preprocessing& preprocessing,
                                     const std::vector<std::string>& classes, int grid_cells);

}  // namespace lineguard::detector
