// The second look at boxes (second_look.h) as a part of the graph.
#pragma once

#include "graph_ops.h"
#include "look_network.h"

namespace lineguard::detector::graph {

// look_at() for several boxes, whose margin is in them already. tile: u8 [1, side, side, 3]; boxes: [n, 4], left, top,
// right, bottom in its pixels -> [n, 3, 24, 24]
Value seen_in(const Value& tile, const Value& boxes);

// [n, 3, 24, 24] -> [n, classes]
Value logits_of(const Value& seen, const LookNetwork& network);

// The likeliest cells keep how likely a defect is, and share it among the classes by what their box shows and, with
// half the weight, by what the cell said. classes: [cells, n], probabilities; ways: [cells, 4], from the cell's middle
// to each side, in cells -> classes
Value look_again(const Value& tile, const std::vector<LookNetwork>& networks, const Value& classes, const Value& ways);

}  // namespace lineguard::detector::graph
