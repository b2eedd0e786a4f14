// What labels add: see labelled_head.h for what it computes; its parts are in mlp.cpp, kernel_ridge.cpp,
// box_classifier.cpp and labelled_map.cpp.
#include "graph_stages.h"

#include <algorithm>
#include <cmath>

#include <openvino/opsets/opset13.hpp>

#include <lineguard/detector/fusion.h>

namespace lineguard::detector {

std::vector<float> defect_logits(const Matrix& outputs) {
  std::vector<float> logits;
  for (std::size_t cell = 0; cell < outputs.rows; ++cell) {
    const auto row = outputs.row(cell);
    const float highest = *std::max_element(row.begin() + 1, row.end());
    float sum = 0;
    for (std::size_t k = 1; k < row.size(); ++k) sum += std::exp(row[k] - highest);
    logits.push_back(highest + std::log(sum) - row[0]);
  }
  return logits;
}

double score_of(const LabelledHead& head, const PartialScores& scores) {
  return std::max(fused_score(head.fusion, scores), head.score_floor.at(scores.distance));
}

}  // namespace lineguard::detector

namespace lineguard::detector::graph {
namespace op = ov::opset13;
namespace {

Value columns(const Value& x, std::int64_t from, std::int64_t to) {
  return std::make_shared<op::Slice>(x, indices({from}), indices({to}), indices({1}), indices({1}));
}

// log(P(any defect) / P(good)) of logits [rows, 1 + classes] -> [rows, 1]
Value defect_logit(const Value& logits) {
  const auto outputs = static_cast<std::int64_t>(logits.get_shape()[1]);
  const Value each = columns(logits, 1, outputs);
  const Value highest = std::make_shared<op::ReduceMax>(each, indices({1}), true);
  const Value odds = std::make_shared<op::Exp>(std::make_shared<op::Subtract>(each, highest));
  const Value sum = std::make_shared<op::Log>(std::make_shared<op::ReduceSum>(odds, indices({1}), true));
  const Value defects = std::make_shared<op::Add>(highest, sum);
  return std::make_shared<op::Subtract>(defects, columns(logits, 0, 1));
}

Value floor_of(const Value& distance, const Floor& floor) {
  return line(distance, floor.slope, floor.level - floor.slope * floor.distance);
}

Value flattened(const ov::Model& features, const std::string& name) {
  const Value x = features.output(name).get_node()->input_value(0);
  const auto channels = static_cast<std::int64_t>(x.get_shape().back());
  return std::make_shared<op::Reshape>(x, indices({-1, channels}), false);
}

// [cells, n] -> [1, n, grid, grid]
Value as_maps(const Value& x, std::int64_t grid) {
  const auto count = static_cast<std::int64_t>(x.get_shape()[1]);
  const Value turned = std::make_shared<op::Transpose>(x, indices({1, 0}));
  return std::make_shared<op::Reshape>(turned, indices({1, count, grid, grid}), false);
}

}  // namespace

Answer add_to_graph(const LabelledHead& head, const ov::Model& features, const Value& tile, const Answer& good_only) {
  Answer answer = good_only;
  Value fused = line(good_only.score, head.fusion.distance, head.fusion.bias);
  if (head.patch) {
    const std::int64_t grid = head.dense_cells;
    const Value logits = add_to_graph(*head.patch, flattened(features, "dense"));
    const Value map = std::make_shared<op::Reshape>(defect_logit(logits), indices({1, 1, grid, grid}), false);
    const Value score = features::graph::mean_of_highest(map, head.top_cells, grid * grid);
    fused = std::make_shared<op::Add>(fused, line(score, head.fusion.patch, 0));
    answer.map = joined_map_in_graph(head, map, resized_to(good_only.map, head.dense_cells));
    Value classes =
        columns(std::make_shared<op::Softmax>(logits, 1), 1, 1 + static_cast<std::int64_t>(head.classes.size()));
    if (head.sides) {
      const Value ways = std::make_shared<op::Exp>(add_to_graph(*head.sides, flattened(features, "dense")));
      answer.sides = as_maps(ways, grid);
      if (!head.looks.empty()) classes = add_box_classes(tile, head.looks, classes, ways);
    }
    if (!head.classes.empty()) answer.classes = as_maps(classes, grid);
  }
  if (head.picture) {
    const Value value = add_to_graph(*head.picture, flattened(features, "pooled"));
    const Value score = std::make_shared<op::Reshape>(value, indices({1}), false);
    fused = std::make_shared<op::Add>(fused, line(score, head.fusion.picture, 0));
  }
  if (answer.brightness.get_node())
    fused = std::make_shared<op::Add>(fused, line(answer.brightness, head.fusion.brightness, 0));
  answer.score = std::make_shared<op::Maximum>(fused, floor_of(good_only.score, head.score_floor));
  return answer;
}

}  // namespace lineguard::detector::graph
