// Boxes that people drew as targets of the cells of a grid: which cells stand for a box, and how far it reaches from
// each of them.
#pragma once

#include "training_set.h"
#include "vocabulary.h"

#include <string>
#include <vector>

#include <lineguard/dataset/dataset.h>
#include <lineguard/features/feature_extractor.h>
#include <lineguard/features/preprocess.h>

namespace lineguard::training {

inline constexpr int kSides = 4;  // left, top, right, bottom

struct CellTargets {
  std::vector<int> labels;   // [grid * grid]: 0 good, 1 + index into `classes`, or kIgnoredCell
  std::vector<float> sides;  // [grid * grid * 4]: log of the way from the cell's middle to each side, in cells; NaN
                             // outside boxes; empty where the sample has none
};

// Whether the set's defects are mostly boxes: without mask or polygon, and enough of them to learn sides from. Then
// regions are predicted boxes, not outlines on the map.
bool draws_boxes(const TrainingSet& set);

// What a sample says of the cells of the part of its picture that is shown: by box_cells() where `boxes` and it has no
// mask, else by label_cells() (cell_labels.h), whose errors it has.
Result<CellTargets> target_cells(const dataset::Sample& sample, const Shown& shown,
                                 const std::vector<std::string>& classes, bool boxes, int grid_cells);

// Cells near the middle of a box stand for it (centre sampling: Tian et al. 2019, FCOS), those farther out are
// ignored: people draw with a margin in which nothing is wrong. Of two boxes the smaller one has the cell. What lies
// outside `area` is cut off; a box whose middle is outside is ignored. The four sides are of the whole box.
CellTargets box_cells(const dataset::Sample& sample, const PixelRect& area, const std::vector<std::string>& classes,
                      int grid_cells);

// The same cells of the tile turned as dihedral.h says: the sides change their names with it.
std::vector<float> turned_sides(const std::vector<float>& sides, int grid_cells, int way);

// A box that people drew, in fractions of the tile.
struct DrawnBox {
  Box box;
  std::size_t class_index = 0;
};

// The sample's boxes of known classes whose middle lies in `area`, which the tile shows.
std::vector<DrawnBox> boxes_in_tile(const dataset::Sample& sample, const PixelRect& area,
                                    const std::vector<std::string>& classes);

}  // namespace lineguard::training
