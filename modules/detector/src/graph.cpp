#include "graph.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openvino/op/ops.hpp>
#include <openvino/openvino.hpp>
#include <openvino/opsets/opset13.hpp>
#include <openvino/pass/serialize.hpp>

#include <lineguard/core/files.h>

namespace lineguard::detector {
namespace fs = std::filesystem;
namespace op = ov::opset13;
namespace {

using Value = ov::Output<ov::Node>;

template <typename T>
Value constant(const ov::Shape& shape, const std::vector<T>& values) {
  return op::Constant::create(ov::element::from<T>(), shape, values);
}
Value indices(const std::vector<std::int64_t>& values) {
  return constant<std::int64_t>({values.size()}, values);
}

// Runs `build` and turns the runtime's exceptions into Errors.
template <typename Build>
auto guarded(std::string_view what, Build build) -> decltype(build()) {
  try {
    return build();
  } catch (const std::exception& error) {
    return make_error(ErrorCode::corrupt_data, fmt::format("{}: {}", what, error.what()));
  }
}

std::shared_ptr<ov::Model> read_model(const fs::path& file) {
  static ov::Core core;
  return core.read_model(file.string());
}

// The layer's output: by friendly name, or by a tensor name.
Result<Value> find_layer(const ov::Model& model, const std::string& name) {
  std::vector<std::string> similar;
  for (const auto& node : model.get_ordered_ops()) {
    for (const auto& output : node->outputs()) {
      if (output.get_names().contains(name)) {
        const bool is_result = ov::is_type<op::Result>(node.get());
        return is_result ? node->input_value(0) : Value(output);
      }
    }
    if (node->get_friendly_name() == name && node->get_output_size() > 0) {
      return ov::is_type<op::Result>(node.get()) ? node->input_value(0) : node->output(0);
    }
  }
  for (const auto& output : model.outputs()) similar.push_back(output.get_any_name());
  return make_error(ErrorCode::not_found, fmt::format("the backbone has no layer named {}; its outputs are {}", name,
                                                      fmt::join(similar, ", ")));
}

// A u8 tile as a foreign network wants it: f32 [1, 3, h, w], normalised.
Value normalised(const Value& tile, const Backbone& backbone) {
  Value x = std::make_shared<op::Convert>(tile, ov::element::f32);
  x = std::make_shared<op::Transpose>(x, indices({0, 3, 1, 2}));
  const std::vector<float> mean(backbone.mean.begin(), backbone.mean.end());
  std::vector<float> factor;
  for (const double scale : backbone.scale) factor.push_back(static_cast<float>(1 / scale));
  x = std::make_shared<op::Subtract>(x, constant<float>({1, 3, 1, 1}, mean));
  return std::make_shared<op::Multiply>(x, constant<float>({1, 3, 1, 1}, factor));
}

// Gives the model a u8 [1, input, input, 3] input, whatever it had; returns the new parameter.
std::shared_ptr<op::Parameter> take_tiles(const std::shared_ptr<ov::Model>& model, const Backbone& backbone,
                                          int input_px) {
  const auto side = static_cast<std::size_t>(input_px);
  const auto old = model->get_parameters().at(0);
  if (old->get_element_type() == ov::element::u8) {
    model->reshape(ov::PartialShape{1, input_px, input_px, 3});
    return old;
  }
  model->reshape(ov::PartialShape{1, 3, input_px, input_px});
  auto tile = std::make_shared<op::Parameter>(ov::element::u8, ov::Shape{1, side, side, 3});
  old->output(0).replace(normalised(tile, backbone));
  return tile;
}

// Mean over pool x pool neighbours, then onto the grid: averaged where it is finer, bilinear where it is coarser.
Value onto_grid(Value x, const FeatureLayout& layout) {
  const ov::Shape shape = x.get_shape();
  const auto margin = static_cast<std::size_t>(layout.pool_cells / 2);
  const auto side = static_cast<std::size_t>(layout.pool_cells);
  if (layout.pool_cells > 1) {
    x = std::make_shared<op::AvgPool>(x, ov::Strides{1, 1}, ov::Shape{margin, margin}, ov::Shape{margin, margin},
                                      ov::Shape{side, side}, !layout.pad_with_zeros, ov::op::RoundingType::FLOOR);
  }
  const auto grid = static_cast<std::size_t>(layout.grid_cells);
  if (shape[2] == grid && shape[3] == grid) return x;
  if (shape[2] > grid && shape[2] % grid == 0 && shape[3] % grid == 0) {
    const ov::Shape step{shape[2] / grid, shape[3] / grid};
    return std::make_shared<op::AvgPool>(x, ov::Strides(step.begin(), step.end()), ov::Shape{0, 0}, ov::Shape{0, 0},
                                         step, true, ov::op::RoundingType::FLOOR);
  }
  using Interpolate = op::Interpolate;
  Interpolate::InterpolateAttrs attributes;
  attributes.mode = Interpolate::InterpolateMode::LINEAR_ONNX;
  attributes.shape_calculation_mode = Interpolate::ShapeCalcMode::SIZES;
  attributes.coordinate_transformation_mode = Interpolate::CoordinateTransformMode::HALF_PIXEL;
  const auto cells = static_cast<std::int64_t>(grid);
  return std::make_shared<Interpolate>(x, indices({cells, cells}), indices({2, 3}), attributes);
}

Value squared_norms(const Value& x) {
  return std::make_shared<op::ReduceSum>(std::make_shared<op::Multiply>(x, x), indices({2}), true);
}

// |x - b|^2 = |x|^2 + (|b|^2 - 2 x.b), least over the bank. x: [1, cells, projected] -> [1, cells, 1].
Value nearest_distances(const Value& x, const Head& head) {
  const auto rows = static_cast<std::size_t>(head.bank_size());
  const auto columns = static_cast<std::size_t>(head.projected);
  std::vector<float> minus_twice(head.bank.size()), norms(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      const float value = head.bank[row * columns + column];
      minus_twice[row * columns + column] = -2 * value;
      norms[row] += value * value;
    }
  }
  Value cross = std::make_shared<op::MatMul>(x, constant<float>({rows, columns}, minus_twice), false, true);
  cross = std::make_shared<op::Add>(cross, constant<float>({1, 1, rows}, norms));
  Value nearest = std::make_shared<op::ReduceMin>(cross, indices({2}), true);
  nearest = std::make_shared<op::Add>(nearest, squared_norms(x));
  return std::make_shared<op::Sqrt>(std::make_shared<op::Relu>(nearest));
}

Value projected(const Value& patches, const Head& head) {
  if (head.projection.empty()) return patches;
  const auto channels = static_cast<std::size_t>(head.channels);
  const auto columns = static_cast<std::size_t>(head.projected);
  const Value centred = std::make_shared<op::Subtract>(patches, constant<float>({1, 1, channels}, head.center));
  return std::make_shared<op::MatMul>(centred, constant<float>({channels, columns}, head.projection), false, false);
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

Value mean_of_highest(const Value& map, int count, std::int64_t cells) {
  const Value flat = std::make_shared<op::Reshape>(map, indices({1, cells}), false);
  if (count <= 1) return std::make_shared<op::ReduceMax>(flat, indices({1}), false);
  const auto highest = std::make_shared<op::TopK>(flat, constant<std::int64_t>({}, {count}), 1, op::TopK::Mode::MAX,
                                                  op::TopK::SortType::SORT_VALUES);
  return std::make_shared<op::ReduceMean>(highest->output(0), indices({1}), false);
}

std::shared_ptr<op::Result> named_result(const Value& value, const std::string& name) {
  auto result = std::make_shared<op::Result>(value);
  result->output(0).get_tensor().set_names({name});
  return result;
}

// The runtime names nodes by a counter of the process; a package must not depend on what ran before.
void name_by_order(const std::shared_ptr<ov::Model>& model) {
  std::size_t number = 0;
  for (const auto& node : model->get_ordered_ops()) node->set_friendly_name(fmt::format("layer_{}", number++));
}

// Through memory: the runtime's own writing says no more than "iostream error" where the disk is full.
Result<void> save(const std::shared_ptr<ov::Model>& model, const fs::path& xml_file) {
  model->validate_nodes_and_infer_types();
  name_by_order(model);
  std::ostringstream xml, weights;
  ov::pass::Serialize(xml, weights).run_on_model(model);
  LINEGUARD_TRY(write_file_atomically(xml_file, xml.view()));
  return write_file_atomically(fs::path(xml_file).replace_extension(".bin"), weights.view());
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

Result<void> write_feature_graph(const Backbone& backbone, const FeatureLayout& layout, const fs::path& out_xml) {
  return guarded("the backbone " + backbone.file.string(), [&]() -> Result<void> {
    if (!fs::exists(backbone.file)) {
      return make_error(ErrorCode::not_found, "there is no backbone " + backbone.file.string());
    }
    const auto model = read_model(backbone.file);
    const auto tile = take_tiles(model, backbone, layout.input_px);
    ov::OutputVector levels;
    for (const std::string& tap : backbone.taps) {
      LINEGUARD_ASSIGN(const Value layer, find_layer(*model, tap));
      const auto& shape = layer.get_partial_shape();
      if (shape.is_dynamic() || shape.size() != 4) {
        return make_error(ErrorCode::unsupported,
                          fmt::format("the backbone's layer {} is not [1, channels, height, width]", tap));
      }
      levels.push_back(onto_grid(layer, layout));
    }
    Value x = levels.size() == 1 ? levels[0] : Value(std::make_shared<op::Concat>(levels, 1));
    const auto channels = static_cast<std::int64_t>(x.get_shape()[1]);
    x = std::make_shared<op::Transpose>(x, indices({0, 2, 3, 1}));
    const std::int64_t cells = std::int64_t{layout.grid_cells} * layout.grid_cells;
    x = std::make_shared<op::Reshape>(x, indices({1, cells, channels}), false);
    tile->output(0).get_tensor().set_names({"tile"});
    return save(std::make_shared<ov::Model>(ov::ResultVector{named_result(x, "patches")}, ov::ParameterVector{tile},
                                            "lineguard-features"),
                out_xml);
  });
}

Result<void> write_detector_graph(const fs::path& features, const Head& head, const fs::path& out_xml) {
  return guarded("the features " + features.string(), [&]() -> Result<void> {
    const auto model = read_model(features);
    const Value patches = model->get_results().at(0)->input_value(0);
    const auto grid = static_cast<std::int64_t>(head.grid_cells);
    Value distances = nearest_distances(projected(patches, head), head);
    if (!head.cell_weights.empty()) {
      const auto cells = static_cast<std::size_t>(grid * grid);
      distances = std::make_shared<op::Multiply>(distances, constant<float>({1, cells, 1}, head.cell_weights));
    }
    Value map = std::make_shared<op::Reshape>(distances, indices({1, 1, grid, grid}), false);
    map = smoothed(map, head.smoothing_cells);
    const Value score = mean_of_highest(map, head.top_cells, grid * grid);
    const Value embedding = std::make_shared<op::ReduceMean>(patches, indices({1}), false);
    const Value flat_map = std::make_shared<op::Reshape>(map, indices({1, grid, grid}), false);
    return save(
        std::make_shared<ov::Model>(ov::ResultVector{named_result(flat_map, "map"), named_result(score, "score"),
                                                     named_result(embedding, "embedding")},
                                    model->get_parameters(), "lineguard-detector"),
        out_xml);
  });
}

}  // namespace lineguard::detector
