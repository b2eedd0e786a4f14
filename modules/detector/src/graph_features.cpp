#include "graph.h"
#include "graph_ops.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openvino/opsets/opset13.hpp>

namespace lineguard::detector {
namespace fs = std::filesystem;
namespace op = ov::opset13;
using namespace graph;
namespace {

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

}  // namespace

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

}  // namespace lineguard::detector
