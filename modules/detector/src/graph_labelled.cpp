#include "graph_labelled.h"

#include "graph_box_classifier.h"

#include <openvino/opsets/opset13.hpp>

namespace lineguard::detector::graph {
using namespace features;
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

// x: [1, inputs] -> [1, 1]
Value value_of(const Value& x, const KernelRidge& ridge) {
  const Value away = std::make_shared<op::Subtract>(x, row_of(ridge.mean));
  Value z = std::make_shared<op::Multiply>(away, row_of(ridge.factor));
  z = std::make_shared<op::Clamp>(z, -KernelRidge::kFarthest, KernelRidge::kFarthest);
  z = std::make_shared<op::MatMul>(z, weights(ridge.directions), false, false);
  const Value apart = std::make_shared<op::Subtract>(z, weights(ridge.rows));
  const Value squared =
      std::make_shared<op::ReduceSum>(std::make_shared<op::Multiply>(apart, apart), indices({1}), true);
  const Value kernel = std::make_shared<op::Exp>(line(squared, -ridge.precision, 0));
  const Value each = std::make_shared<op::Multiply>(kernel, constant<float>({ridge.weights.size(), 1}, ridge.weights));
  return line(std::make_shared<op::ReduceSum>(each, indices({0}), true), 1, ridge.bias);
}

// [rows, inputs] -> [rows, outputs]
Value logits_of(const Value& x, const Mlp& mlp) {
  Value hidden = std::make_shared<op::MatMul>(x, weights(mlp.first), false, false);
  hidden = std::make_shared<op::Relu>(std::make_shared<op::Add>(hidden, row_of(mlp.first_bias)));
  const Value out = std::make_shared<op::MatMul>(hidden, weights(mlp.second), false, false);
  return std::make_shared<op::Add>(out, row_of(mlp.second_bias));
}

Value floor_of(const Value& distance, const Floor& floor) {
  return line(distance, floor.slope, floor.level - floor.slope * floor.distance);
}

Value modest_floor_of(const Value& distance, const Floor& floor) {
  const Value above = line(distance, floor.slope, -floor.slope * floor.distance);
  const Value positive = std::make_shared<op::Relu>(above);
  const Value rise = std::make_shared<op::Log>(std::make_shared<op::Add>(positive, scalar(1)));
  const Value below = std::make_shared<op::Minimum>(above, scalar(0));
  return line(std::make_shared<op::Add>(rise, below), 1, floor.level);
}

Value flattened(const ov::Model& features, const std::string& name) {
  const Value x = features.output(name).get_node()->input_value(0);
  const auto channels = static_cast<std::int64_t>(x.get_shape().back());
  return std::make_shared<op::Reshape>(x, indices({-1, channels}), false);
}

// Of each cell the highest value within `reach` cells, [1, 1, grid, grid].
Value highest_nearby(const Value& map, int reach) {
  const auto margin = static_cast<std::size_t>(reach), side = 2 * margin + 1;
  const ov::Strides step{1, 1};
  return std::make_shared<op::MaxPool>(map, step, step, ov::Shape{margin, margin}, ov::Shape{margin, margin},
                                       ov::Shape{side, side})
      ->output(0);
}

// Log odds of cells and distances to the map, all [1, 1, grid, grid]: joined_map() of labelled_map.h.
Value joined_map(const Value& logits, const Value& distances, const LabelledHead& head) {
  const CellFusion& fusion = head.cell_fusion;
  const double level = head.map_floor.level;
  const Value fused =
      std::make_shared<op::Add>(line(logits, fusion.logit, fusion.bias), line(distances, fusion.distance, 0));
  const Value above = line(logits, 1, -head.cell_level);
  const Value agreed = std::make_shared<op::Minimum>(above, line(fused, 1, -level));
  const Value known = std::make_shared<op::Greater>(highest_nearby(agreed, head.reach_cells), scalar(0));
  const Value depth = std::make_shared<op::Maximum>(above, scalar(-LabelledHead::kOutlineDepth));
  const Value outlined = std::make_shared<op::Minimum>(fused, line(depth, 1, level));
  const Value raised = std::make_shared<op::Maximum>(fused, modest_floor_of(distances, head.map_floor));
  return std::make_shared<op::Select>(known, outlined, raised);
}

// [cells, n] -> [1, n, grid, grid]
Value as_maps(const Value& x, std::int64_t grid) {
  const auto count = static_cast<std::int64_t>(x.get_shape()[1]);
  const Value turned = std::make_shared<op::Transpose>(x, indices({1, 0}));
  return std::make_shared<op::Reshape>(turned, indices({1, count, grid, grid}), false);
}

}  // namespace

Answer with_labels(const ov::Model& features, const LabelledHead& head, const Answer& good_only) {
  Answer answer = good_only;
  Value fused = line(good_only.score, head.fusion.distance, head.fusion.bias);
  if (head.patch) {
    const std::int64_t grid = head.dense_cells;
    const Value logits = logits_of(flattened(features, "dense"), *head.patch);
    const Value map = std::make_shared<op::Reshape>(defect_logit(logits), indices({1, 1, grid, grid}), false);
    const Value score = mean_of_highest(map, head.top_cells, grid * grid);
    fused = std::make_shared<op::Add>(fused, line(score, head.fusion.patch, 0));
    answer.map = joined_map(map, resized_to(good_only.map, head.dense_cells), head);
    Value classes =
        columns(std::make_shared<op::Softmax>(logits, 1), 1, 1 + static_cast<std::int64_t>(head.classes.size()));
    if (head.sides) {
      const Value ways = std::make_shared<op::Exp>(logits_of(flattened(features, "dense"), *head.sides));
      answer.sides = as_maps(ways, grid);
      if (!head.looks.empty()) classes = add_box_classes(features.get_parameters().at(0), head.looks, classes, ways);
    }
    if (!head.classes.empty()) answer.classes = as_maps(classes, grid);
  }
  if (head.picture) {
    const Value value = value_of(flattened(features, "pooled"), *head.picture);
    const Value score = std::make_shared<op::Reshape>(value, indices({1}), false);
    fused = std::make_shared<op::Add>(fused, line(score, head.fusion.picture, 0));
  }
  if (answer.brightness.get_node())
    fused = std::make_shared<op::Add>(fused, line(answer.brightness, head.fusion.brightness, 0));
  answer.score = std::make_shared<op::Maximum>(fused, floor_of(good_only.score, head.score_floor));
  return answer;
}

}  // namespace lineguard::detector::graph
