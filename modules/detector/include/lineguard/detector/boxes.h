// Predicted boxes: every cell that knows a defect says how far the box reaches from it, and the surest cell of each
// defect is believed.
#pragma once

#include <string>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/core/types.h>
#include <lineguard/features/feature_extractor.h>
#include <lineguard/features/preprocess.h>

namespace lineguard::detector {
using features::Matrix;
using features::PixelRect;

inline constexpr double kFaintestOdds = -5;  // log odds of a cell whose box is looked at, at the least

// What the network says of one square that covers `area` of the picture.
struct BoxMaps {
  std::vector<FloatMap> classes;  // probabilities, one map a class
  std::vector<FloatMap> sides;    // left, top, right, bottom: the way from the cell's middle, in cells
};

// From what the two networks answer for the cells of a square grid, row by row: logits of good and of each class, and
// the logarithm of the way to each side.
BoxMaps box_maps(Matrix logits, Matrix log_ways);

// What one cell says.
struct CellBox {
  Box box;                    // in pixels of the picture
  double odds = 0;            // log odds of a defect
  std::vector<float> shares;  // of each class, sum 1
};

// Of every cell whose log odds of a defect are above `level`: its box, which may reach beyond the area. Not yet weeded
// out.
std::vector<CellBox> boxes_of_cells(const BoxMaps& maps, const PixelRect& area, double level);

// The best box of each defect, its odds as score, highest first, at most 64: greedy suppression of what overlaps a
// better one by an intersection over union of more than 0.3. The boxes that agree with the best one (intersection over
// union at least 0.5) move its sides by their odds, and each has a vote on the class. All are cut off at the border of
// `area` first. `names` of the classes, in their order.
std::vector<Region> best_boxes(std::vector<CellBox> boxes, const std::vector<std::string>& names,
                               const PixelRect& area);

// Puts the boxes before the outlines found on the map, of which only those stay that touch no box: what the good-only
// floor alone has seen. At most 64 in all.
void put_before(std::vector<Region> boxes, std::vector<Region>& outlines);

}  // namespace lineguard::detector
