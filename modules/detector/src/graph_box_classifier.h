// The second look at boxes (second_look.h) as a part of the graph.
#pragma once

#include <lineguard/detector/box_classifier.h>
#include <lineguard/features/graph_ops.h>

namespace lineguard::detector::graph {
using namespace features::graph;

// box_pixels() for several boxes, whose margin is in them already. tile: u8 [1, side, side, 3]; boxes: [n, 4], left,
// top, right, bottom in its pixels -> [n, 3, 24, 24]
Value seen_in(const Value& tile, const Value& boxes);

// [n, 3, 24, 24] -> [n, classes]
Value logits_of(const Value& seen, const BoxClassifier& network);

// The likeliest cells keep how likely a defect is, and share it among the classes by what their box shows and, with
// half the weight, by what the cell said. classes: [cells, n], probabilities; ways: [cells, 4], from the cell's middle
// to each side, in cells -> classes
Value add_box_classes(const Value& tile, const std::vector<BoxClassifier>& networks, const Value& classes,
                      const Value& ways);

}  // namespace lineguard::detector::graph
