// The labelled heads behind the good bank's: see labelled_head.h for what they compute.
#pragma once

#include <lineguard/detector/labelled_head.h>
#include <lineguard/features/graph_ops.h>

namespace lineguard::detector::graph {
using namespace features::graph;

struct Answer {
  Value map;         // [1, 1, grid, grid]
  Value score;       // [1]
  Value classes;     // [1, classes, grid, grid]; no node: none
  Value sides;       // [1, 4, grid, grid]; no node: none
  Value brightness;  // [1], the highest distance of an area; no node: not looked at
};

// `features` has the outputs "dense" and "pooled" where the head needs them; `good_only` is the bank's answer.
Answer with_labels(const ov::Model& features, const LabelledHead& head, const Answer& good_only);

}  // namespace lineguard::detector::graph
