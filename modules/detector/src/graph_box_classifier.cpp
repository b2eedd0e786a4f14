#include "graph_box_classifier.h"

#include <algorithm>
#include <cmath>

#include <openvino/opsets/opset13.hpp>

#include <lineguard/detector/box_pixels.h>

namespace lineguard::detector::graph {
using namespace features;
namespace op = ov::opset13;
namespace {

constexpr double kLeastShare = 1e-3;  // of a class by the cell: the second look can still have it
constexpr double kWeightOfCell = 0.5;

Value axis(std::int64_t number) {
  return constant<std::int64_t>({}, {number});
}

// The boxes of some cells with the margin of a second look, in pixels of the tile. ways: [cells, 4], in cells; cells:
// [n] -> [n, 4]
Value boxes_to_look_at(const Value& ways, const Value& cells, std::int64_t grid, double pixels_of_cell) {
  std::vector<float> middles;
  const auto middle = [&](std::int64_t at) {
    return static_cast<float>((static_cast<double>(at) + 0.5) * pixels_of_cell);
  };
  for (std::int64_t row = 0; row < grid; ++row) {
    for (std::int64_t column = 0; column < grid; ++column) {
      middles.insert(middles.end(), {middle(column), middle(row), middle(column), middle(row)});
    }
  }
  // From the middle of a box, half its side with the margin to the left and to the right.
  const auto near = static_cast<float>(pixels_of_cell * (1 + kBoxMargin) / 2);
  const auto far = static_cast<float>(pixels_of_cell * (1 - kBoxMargin) / 2);
  const Value spread = constant<float>({4, 4}, {-near, 0, -far, 0, 0, -near, 0, -far, far, 0, near, 0, 0, far, 0,
                                                near});  // rows: left, top, right, bottom
  const Value kept = std::make_shared<op::Clamp>(ways, 0, static_cast<double>(grid));
  const Value reach =
      std::make_shared<op::MatMul>(std::make_shared<op::Gather>(kept, cells, axis(0)), spread, false, false);
  const Value at = std::make_shared<op::Gather>(constant<float>({static_cast<std::size_t>(grid * grid), 4}, middles),
                                                cells, axis(0));
  return std::make_shared<op::Add>(at, reach);
}

// [9 * inputs, outputs] by row, column, channel -> [outputs, inputs, 3, 3]
Value kernel_of(const BoxClassifier::Layer& layer) {
  const std::size_t inputs = layer.weights.rows / 9, outputs = layer.weights.columns;
  const Value by_place = constant<float>({3, 3, inputs, outputs}, layer.weights.values);
  return std::make_shared<op::Transpose>(by_place, indices({3, 2, 0, 1}));
}

Value bias_of(const BoxClassifier::Layer& layer) {
  return constant<float>({1, layer.bias.size(), 1, 1}, layer.bias);
}

}  // namespace

Value seen_in(const Value& tile, const Value& boxes) {
  constexpr int kSide = BoxClassifier::kSide;
  const std::size_t count = boxes.get_shape()[0];
  const Value first = constant<std::int32_t>({count}, std::vector<std::int32_t>(count, 0));
  // The CPU plugin takes HALF_PIXEL for ASYMMETRIC; this mode moves by half a pixel (measured, 2026.4).
  const Value seen =
      std::make_shared<op::ROIAlign>(pixels_of(tile), boxes, first, kSide, kSide, 1, 1.0F,
                                     op::ROIAlign::PoolingMode::AVG, op::ROIAlign::AlignedMode::HALF_PIXEL_FOR_NN);
  return line(seen, 1.0 / 128, -1);
}

Value logits_of(const Value& seen, const BoxClassifier& network) {
  Value x = seen;
  for (const BoxClassifier::Layer& layer : network.convolutions) {
    const ov::Strides step{1, 1}, two{2, 2};
    x = std::make_shared<op::Convolution>(x, kernel_of(layer), step, ov::CoordinateDiff{1, 1}, ov::CoordinateDiff{1, 1},
                                          step);
    x = std::make_shared<op::Relu>(std::make_shared<op::Add>(x, bias_of(layer)));
    x = std::make_shared<op::MaxPool>(x, two, step, ov::Shape{0, 0}, ov::Shape{0, 0}, ov::Shape{2, 2})->output(0);
  }
  x = std::make_shared<op::Transpose>(x, indices({0, 2, 3, 1}));
  x = std::make_shared<op::Reshape>(x, indices({-1, static_cast<std::int64_t>(network.linear.weights.rows)}), false);
  x = std::make_shared<op::MatMul>(x, weights(network.linear.weights), false, false);
  return std::make_shared<op::Add>(x, row_of(network.linear.bias));
}

Value add_box_classes(const Value& tile, const std::vector<BoxClassifier>& networks, const Value& classes,
                      const Value& ways) {
  const auto cells = static_cast<std::int64_t>(classes.get_shape()[0]);
  const auto grid = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(cells))));
  const Value defective = std::make_shared<op::Reshape>(std::make_shared<op::ReduceSum>(classes, indices({1}), true),
                                                        indices({cells}), false);
  const Value count = constant<std::int64_t>({}, {std::min<std::int64_t>(kMostClassified, cells)});
  const Value likeliest = std::make_shared<op::TopK>(defective, count, 0, op::TopK::Mode::MAX,
                                                     op::TopK::SortType::SORT_VALUES, ov::element::i32)
                              ->output(1);
  const double pixels_of_cell = static_cast<double>(tile.get_shape()[2]) / static_cast<double>(grid);
  const Value seen = seen_in(tile, boxes_to_look_at(ways, likeliest, grid, pixels_of_cell));
  const Value by_cell = std::make_shared<op::Log>(
      std::make_shared<op::Maximum>(std::make_shared<op::Gather>(classes, likeliest, axis(0)), scalar(kLeastShare)));
  Value logits = std::make_shared<op::Multiply>(by_cell, scalar(kWeightOfCell));
  const Value share = scalar(1.0 / static_cast<double>(networks.size()));
  for (const BoxClassifier& network : networks)
    logits = std::make_shared<op::Add>(logits, std::make_shared<op::Multiply>(logits_of(seen, network), share));
  const Value shares = std::make_shared<op::Softmax>(logits, 1);
  const Value likely =
      std::make_shared<op::Unsqueeze>(std::make_shared<op::Gather>(defective, likeliest, axis(0)), axis(1));
  return std::make_shared<op::ScatterUpdate>(classes, likeliest, std::make_shared<op::Multiply>(shares, likely),
                                             axis(0));
}

}  // namespace lineguard::detector::graph
