// The scoring stages as parts of the detector's graph: each is defined beside what it does in C++, in the stage's file.
#pragma once

#include <vector>

#include <lineguard/detector/box_classifier.h>
#include <lineguard/detector/mixture.h>
#include <lineguard/features/graph_ops.h>

namespace lineguard::detector::graph {
using namespace features::graph;

struct CellDistances {
  Value for_score, for_map;  // [1, cells, 1]
};

struct MapAndScore {
  Value map;    // [1, 1, grid, grid]
  Value score;  // [1]
};

struct Answer {
  Value map;         // [1, 1, grid, grid]
  Value score;       // [1]
  Value classes;     // [1, classes, grid, grid]; no node: none
  Value sides;       // [1, 4, grid, grid]; no node: none
  Value brightness;  // [1], the highest distance of an area; no node: not looked at
};

// distances_to(). patches: [1, cells, channels]
CellDistances add_to_graph(const Bank& bank, const Value& patches);

// score_distances()
MapAndScore add_to_graph(const Head& head, const CellDistances& distances);

// add_brightness(). profile: [1, areas]. Where it has no weight, labels say what it counts.
void add_to_graph(const Brightness& brightness, const Value& profile, int grid_cells, Answer& answer);

// Mlp::apply(): [rows, inputs] -> [rows, outputs]
Value add_to_graph(const Mlp& mlp, const Value& x);

// KernelRidge::apply(): [1, inputs] -> [1, 1]
Value add_to_graph(const KernelRidge& ridge, const Value& x);

// joined_map(), all [1, 1, grid, grid]
Value joined_map_in_graph(const LabelledHead& head, const Value& logits, const Value& distances);

// `features` has the outputs "dense" and "pooled" where the head needs them; `tile`: that it sees; `good_only`: the
// mixture's answer.
Answer add_to_graph(const LabelledHead& head, const ov::Model& features, const Value& tile, const Answer& good_only);

// box_pixels() for several boxes, whose margin is in them already. tile: u8 [1, side, side, 3]; boxes: [n, 4], left,
// top, right, bottom in its pixels -> [n, 3, 24, 24]
Value box_pixels_in_graph(const Value& tile, const Value& boxes);

// BoxClassifier::apply(): [n, 3, 24, 24] -> [n, classes]
Value add_to_graph(const BoxClassifier& network, const Value& seen);

// The likeliest cells keep how likely a defect is, and share it among the classes by what their box shows and, with
// half the weight, by what the cell said. classes: [cells, n], probabilities; ways: [cells, 4], from the cell's middle
// to each side, in cells -> classes
Value add_box_classes(const Value& tile, const std::vector<BoxClassifier>& networks, const Value& classes,
                      const Value& ways);

}  // namespace lineguard::detector::graph
