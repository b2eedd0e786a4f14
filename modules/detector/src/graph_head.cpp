#include "graph_labelled.h"

#include <algorithm>
#include <cmath>

#include <openvino/opsets/opset13.hpp>

#include <lineguard/detector/graph.h>
#include <lineguard/features/graph_ops.h>
#include <lineguard/features/preprocess.h>

namespace lineguard::detector {
using namespace features;
namespace fs = std::filesystem;
namespace op = ov::opset13;
using namespace graph;
namespace {

Value squared_norms(const Value& x) {
  return std::make_shared<op::ReduceSum>(std::make_shared<op::Multiply>(x, x), indices({2}), true);
}

// Every shares-th row, from row `share` on.
Matrix rows_of_share(const Bank& bank, std::size_t share, std::size_t shares) {
  std::vector<std::size_t> order;
  for (std::size_t row = share; row < bank.rows.rows; row += shares) order.push_back(row);
  return take_rows(bank.rows, order);
}

// |b|^2 - 2 x.b of every row b. x: [1, cells, projected] -> [1, cells, rows].
Value cross_terms(const Value& x, const Matrix& rows) {
  Matrix minus_twice = rows;
  std::vector<float> norms(rows.rows);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    for (float& value : minus_twice.row(row)) {
      norms[row] += value * value;
      value *= -2;
    }
  }
  const Value cross = std::make_shared<op::MatMul>(x, weights(minus_twice), false, true);
  return std::make_shared<op::Add>(cross, constant<float>({1, 1, rows.rows}, norms));
}

Value roots(const Value& squared) {
  return std::make_shared<op::Sqrt>(std::make_shared<op::Relu>(squared));
}

struct CellDistances {
  Value for_score, for_map;  // [1, cells, 1]
};

// distances_to() of bank.h: |x - b|^2 = |x|^2 + (|b|^2 - 2 x.b). patches: [1, cells, channels]
CellDistances bank_distances(const Value& patches, const Bank& bank) {
  const Value center = constant<float>({1, 1, bank.projection.center.size()}, bank.projection.center);
  const Value centred = std::make_shared<op::Subtract>(patches, center);
  const Value x = std::make_shared<op::MatMul>(centred, weights(bank.projection.directions), false, false);
  const Value norms = squared_norms(bank.counts_the_rest ? centred : x);
  const auto mean_distance = [&](const Value& cross) -> Value {  // [1, cells, n] -> [1, cells, 1]
    return std::make_shared<op::ReduceMean>(roots(std::make_shared<op::Add>(cross, norms)), indices({2}), true);
  };
  const auto shares = static_cast<std::size_t>(shares_of(bank));
  ov::OutputVector crosses, minima;  // share by share: a product of them all would not stay in the core's cache
  for (std::size_t share = 0; share < shares; ++share) {
    crosses.push_back(cross_terms(x, rows_of_share(bank, share, shares)));
    minima.push_back(std::make_shared<op::ReduceMin>(crosses.back(), indices({2}), true));
  }
  const Value nearest = std::make_shared<op::Concat>(minima, 2);
  if (bank.nearest <= 1)
    return {mean_distance(std::make_shared<op::ReduceMin>(nearest, indices({2}), true)), mean_distance(nearest)};
  const Value once = std::make_shared<op::Concat>(crosses, 2);
  const Value count = op::Constant::create(
      ov::element::i64, ov::Shape{}, {std::min<std::int64_t>(bank.nearest, static_cast<std::int64_t>(bank.rows.rows))});
  const auto top = std::make_shared<op::TopK>(once, count, 2, op::TopK::Mode::MIN, op::TopK::SortType::NONE);
  return {mean_distance(top->output(0)), mean_distance(nearest)};
}

// Separable Gaussian with the border cells repeated. map: [1, 1, grid, grid].
Value smoothed(Value map, double sigma_cells) {
  if (sigma_cells <= 0) return map;
  const std::vector<float> kernel = gaussian_kernel(sigma_cells);
  const std::size_t side = kernel.size();
  const auto margin = static_cast<std::int64_t>(side / 2);
  map = std::make_shared<op::Pad>(map, indices({0, 0, margin, margin}), indices({0, 0, margin, margin}),
                                  ov::op::PadMode::EDGE);
  for (const ov::Shape& shape : {ov::Shape{1, 1, side, 1}, ov::Shape{1, 1, 1, side}}) {
    map = std::make_shared<op::Convolution>(map, constant<float>(shape, kernel), ov::Strides{1, 1},
                                            ov::CoordinateDiff{0, 0}, ov::CoordinateDiff{0, 0}, ov::Strides{1, 1});
  }
  return map;
}

// [1, cells, 1] -> [1, 1, grid, grid]
Value as_map(const Value& distances, const Head& head) {
  const auto grid = static_cast<std::int64_t>(head.grid_cells);
  return std::make_shared<op::Reshape>(distances, indices({1, 1, grid, grid}), false);
}

// smoothed_where_usual() of map_score.cpp.
Value smoothed_where_usual(Value map, const Head& head) {
  if (!head.place_weights.empty())
    map = std::make_shared<op::Multiply>(map, constant<float>(map.get_shape(), head.place_weights));
  if (!head.levels || head.smoothing_cells <= 0) return smoothed(map, head.smoothing_cells);
  const double range = head.levels->striking - head.levels->usual;
  const Value strikes = std::make_shared<op::Clamp>(
      line(smoothed(map, head.smoothing_cells), 1 / range, -head.levels->usual / range), 0.0, 1.0);
  const Value wide = smoothed(map, kWiderWhereUsual * head.smoothing_cells);
  const Value sharper = std::make_shared<op::Multiply>(strikes, std::make_shared<op::Subtract>(map, wide));
  return std::make_shared<op::Add>(wide, sharper);
}

// add_brightness() of brightness.h. profile: [1, areas]
void look_at_brightness(const Value& profile, const Brightness& brightness, int grid_cells, Answer& answer) {
  const Value away = std::make_shared<op::Subtract>(profile, row_of(brightness.mean));
  const Value distances = std::make_shared<op::Divide>(std::make_shared<op::Abs>(away), row_of(brightness.spread));
  answer.brightness = std::make_shared<op::ReduceMax>(distances, indices({1}), false);
  if (brightness.weight <= 0) return;  // labels say what it counts
  Value excess = std::make_shared<op::Relu>(line(distances, 1, -brightness.usual));
  excess = std::make_shared<op::Reshape>(excess, indices({1, 1, kBrightnessAreas, kBrightnessAreas}), false);
  answer.score = std::make_shared<op::Add>(answer.score, line(answer.brightness, brightness.weight, 0));
  answer.map = std::make_shared<op::Add>(answer.map, line(resized_to(excess, grid_cells), brightness.weight, 0));
}

}  // namespace

std::vector<float> gaussian_kernel(double sigma_cells) {
  const int radius = std::max(1, static_cast<int>(std::ceil(3 * sigma_cells)));
  std::vector<float> kernel;
  double sum = 0;
  for (int i = -radius; i <= radius; ++i) sum += std::exp(-i * i / (2 * sigma_cells * sigma_cells));
  for (int i = -radius; i <= radius; ++i) {
    kernel.push_back(static_cast<float>(std::exp(-i * i / (2 * sigma_cells * sigma_cells)) / sum));
  }
  return kernel;
}

Result<void> write_detector_graph(const fs::path& features, const Head& head,
                                  const std::optional<LabelledHead>& labelled, const fs::path& out_xml) {
  return guarded("the features " + features.string(), [&]() -> Result<void> {
    const auto model = read_model(features);
    const Value patches = model->output("patches").get_node()->input_value(0);
    const auto grid = static_cast<std::int64_t>(head.grid_cells);
    const CellDistances distances = bank_distances(patches, head.bank);
    const Value map = smoothed_where_usual(as_map(distances.for_map, head), head);
    const Value ranked = smoothed(as_map(distances.for_score, head), head.smoothing_cells);
    Answer answer{map, mean_of_highest(ranked, head.top_cells, grid * grid), {}, {}, {}};
    if (head.brightness) {
      const Value profile = model->output("brightness").get_node()->input_value(0);
      look_at_brightness(profile, *head.brightness, head.grid_cells, answer);
    }
    if (labelled) answer = with_labels(*model, *labelled, answer);
    const auto side = static_cast<std::int64_t>(answer.map.get_shape().back());
    const Value flat_map = std::make_shared<op::Reshape>(answer.map, indices({1, side, side}), false);
    const Value embedding = std::make_shared<op::ReduceMean>(patches, indices({1}), false);
    ov::ResultVector results{named_result(flat_map, "map"), named_result(answer.score, "score"),
                             named_result(embedding, "embedding")};
    if (answer.classes.get_node()) results.push_back(named_result(answer.classes, "classes"));
    if (answer.sides.get_node()) results.push_back(named_result(answer.sides, "sides"));
    return save(std::make_shared<ov::Model>(results, model->get_parameters(), "lineguard-detector"), out_xml);
  });
}

}  // namespace lineguard::detector
