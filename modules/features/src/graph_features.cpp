
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>
#include <openvino/opsets/opset13.hpp>

#include <lineguard/features/backbone.h>
#include <lineguard/features/graph_ops.h>
#include <lineguard/features/preprocess.h>

namespace lineguard::features {
namespace fs = std::filesystem;
namespace op = ov::opset13;
using namespace graph;
namespace {

std::string name_of(const ov::Output<const ov::Node>& output) {
  return output.get_names().empty() ? output.get_node()->get_friendly_name() : output.get_any_name();
}

// How many cells a side tokens [1, tokens, channels] have, with a class token before them or not; 0: they are no
// square.
std::int64_t side_of_tokens(std::int64_t tokens) {
  for (const std::int64_t count : {tokens, tokens - 1}) {
    const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(count))));
    if (side > 1 && side * side == count) return side;
  }
  return 0;
}

// [1, channels, h, w] of a layer, tokens as the grid that they are; no node: it is no grid.
Value as_grid(const Value& layer) {
  const auto& shape = layer.get_partial_shape();
  if (shape.is_dynamic()) return {};
  if (shape.size() == 4) return layer;
  if (shape.size() != 3) return {};
  const auto tokens = shape[1].get_length(), channels = shape[2].get_length(), side = side_of_tokens(tokens);
  if (side == 0) return {};
  Value grid = layer;
  if (tokens != side * side)
    grid = std::make_shared<op::Slice>(grid, indices({1}), indices({tokens}), indices({1}), indices({1}));
  grid = std::make_shared<op::Transpose>(grid, indices({0, 2, 1}));
  return std::make_shared<op::Reshape>(grid, indices({1, channels, side, side}), false);
}

// The layer's output: by friendly name, or by a tensor name. `key` is where the configuration names it.
Result<Value> find_layer(const ov::Model& model, const std::string& name, std::string_view key) {
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
  for (const auto& output : model.outputs()) similar.push_back(name_of(output));
  return make_error(ErrorCode::invalid_config,
                    fmt::format("{}: the backbone has no layer named \"{}\"; its outputs are {}", key, name,
                                fmt::join(similar, ", ")));
}

// A u8 tile as a foreign network wants it: f32 [1, 3, h, w], normalised.
Value normalised(const Value& tile, const Backbone& backbone) {
  Value x = pixels_of(tile);
  const std::vector<float> mean(backbone.mean.begin(), backbone.mean.end());
  std::vector<float> factor;
  for (const double scale : backbone.scale) factor.push_back(static_cast<float>(1 / scale));
  x = std::make_shared<op::Subtract>(x, constant<float>({1, 3, 1, 1}, mean));
  return std::make_shared<op::Multiply>(x, constant<float>({1, 3, 1, 1}, factor));
}

// Whether the model takes bytes, as ours does: [1, input, input, 3]; a foreign one takes [1, 3, input, input].
bool give_input_size(ov::Model& model, int input_px) {
  const bool takes_bytes = model.get_parameters().at(0)->get_element_type() == ov::element::u8;
  model.reshape(takes_bytes ? ov::PartialShape{1, input_px, input_px, 3} : ov::PartialShape{1, 3, input_px, input_px});
  return takes_bytes;
}

// Gives the model a u8 [1, input, input, 3] input, whatever it had, or one with one more row, which it doesn't see;
// returns the new parameter.
std::shared_ptr<op::Parameter> take_tiles(const std::shared_ptr<ov::Model>& model, const Backbone& backbone,
                                          int input_px, bool one_more_row = false) {
  const auto side = static_cast<std::size_t>(input_px);
  auto old = model->get_parameters().at(0);
  const bool takes_bytes = give_input_size(*model, input_px);
  if (takes_bytes && !one_more_row) return old;
  auto tile = std::make_shared<op::Parameter>(ov::element::u8, ov::Shape{1, side + (one_more_row ? 1 : 0), side, 3});
  const Value square = square_of(tile);
  old->output(0).replace(takes_bytes ? square : normalised(square, backbone));
  return tile;
}

// Mean over side x side neighbours; beyond the border is zero, or does not count.
Value mean_of_neighbours(const Value& x, int side, bool pad_with_zeros) {
  if (side <= 1) return x;
  const auto margin = static_cast<std::size_t>(side / 2);
  const auto length = static_cast<std::size_t>(side);
  return std::make_shared<op::AvgPool>(x, ov::Strides{1, 1}, ov::Shape{margin, margin}, ov::Shape{margin, margin},
                                       ov::Shape{length, length}, !pad_with_zeros, ov::op::RoundingType::FLOOR);
}

// Averaged where it is finer than the grid, bilinear where it is coarser.
Value onto_grid(const Value& x, int grid_cells) {
  const ov::Shape& shape = x.get_shape();
  const auto grid = static_cast<std::size_t>(grid_cells);
  if (shape[2] == grid && shape[3] == grid) return x;
  if (shape[2] > grid && shape[2] % grid == 0 && shape[3] % grid == 0) {
    const ov::Shape step{shape[2] / grid, shape[3] / grid};
    return std::make_shared<op::AvgPool>(x, ov::Strides(step.begin(), step.end()), ov::Shape{0, 0}, ov::Shape{0, 0},
                                         step, true, ov::op::RoundingType::FLOOR);
  }
  return resized_to(x, grid_cells);
}

Result<ov::OutputVector> find_layers(const ov::Model& model, const std::vector<std::string>& taps,
                                     std::string_view key) {
  ov::OutputVector layers;
  for (const std::string& tap : taps) {
    LINEGUARD_ASSIGN(const Value layer, find_layer(model, tap, key));
    const Value grid = as_grid(layer);
    if (!grid.get_node()) {
      return make_error(ErrorCode::invalid_config,
                        fmt::format("{}: the backbone's layer {} is not [1, channels, height, width], nor tokens of a "
                                    "square grid: [1, tokens, channels]",
                                    key, tap));
    }
    layers.push_back(grid);
  }
  return layers;
}

Value joined(const ov::OutputVector& values) {
  return values.size() == 1 ? values[0] : Value(std::make_shared<op::Concat>(values, 1));
}

// [1, channels, h, w] -> [1, h * w, channels]
Value as_rows(const Value& x) {
  const ov::Shape& shape = x.get_shape();
  const Value last = std::make_shared<op::Transpose>(x, indices({0, 2, 3, 1}));
  const auto cells = static_cast<std::int64_t>(shape[2] * shape[3]);
  return std::make_shared<op::Reshape>(last, indices({1, cells, static_cast<std::int64_t>(shape[1])}), false);
}

Value patches_of(const ov::OutputVector& layers, const FeatureLayout& layout) {
  ov::OutputVector levels;
  for (const Value& layer : layers) {
    levels.push_back(onto_grid(mean_of_neighbours(layer, layout.pool_cells, layout.pad_with_zeros), layout.grid_cells));
  }
  return as_rows(joined(levels));
}

// The tile's pixels in and around each cell, at kPixelsOfCell a side of a cell: [1, side, side, 3] -> [1, 9 * 3 *
// kPixelsOfCell^2, cells, cells]. Beyond the border is black.
Value pixels_around(const Value& tile, int input_px, int cells) {
  constexpr std::size_t kPixelsOfCell = 4;
  Value x = pixels_of(tile);
  const auto step = static_cast<std::size_t>(input_px / cells) / kPixelsOfCell;
  if (step > 1)
    x = std::make_shared<op::AvgPool>(x, ov::Strides{step, step}, ov::Shape{0, 0}, ov::Shape{0, 0},
                                      ov::Shape{step, step}, true, ov::op::RoundingType::FLOOR);
  x = std::make_shared<op::SpaceToDepth>(x, op::SpaceToDepth::SpaceToDepthMode::BLOCKS_FIRST, kPixelsOfCell);
  x = std::make_shared<op::Pad>(x, indices({0, 0, 1, 1}), indices({0, 0, 1, 1}), ov::op::PadMode::CONSTANT);
  ov::OutputVector shifted;
  for (std::int64_t row = 0; row < 3; ++row) {
    for (std::int64_t column = 0; column < 3; ++column) {
      shifted.push_back(std::make_shared<op::Slice>(x, indices({row, column}), indices({row + cells, column + cells}),
                                                    indices({1, 1}), indices({2, 3})));
    }
  }
  return joined(shifted);
}

Value dense_of(const ov::OutputVector& layers, const Value& tile, const FeatureLayout& layout) {
  ov::OutputVector levels, with_context;
  for (const Value& layer : layers) {
    levels.push_back(onto_grid(layer, layout.dense_cells));
    // A layer that coarse has seen the neighbours already.
    const bool coarse = layer.get_shape()[2] * 4 <= static_cast<std::size_t>(layout.dense_cells);
    if (!coarse) with_context.push_back(levels.back());
  }
  ov::OutputVector seen{joined(levels)};
  if (!with_context.empty()) seen.push_back(mean_of_neighbours(joined(with_context), layout.context_cells, true));
  if (layout.dense_pixels) seen.push_back(pixels_around(tile, layout.input_px, layout.dense_cells));
  return as_rows(joined(seen));
}

Value pooled_of(const ov::OutputVector& layers) {
  ov::OutputVector pooled;
  const Value sides = indices({2, 3});
  for (const Value& layer : layers) {
    const Value mean = std::make_shared<op::ReduceMean>(layer, sides, true);
    const Value away = std::make_shared<op::Subtract>(layer, mean);
    const Value variance = std::make_shared<op::ReduceMean>(std::make_shared<op::Multiply>(away, away), sides, false);
    pooled.push_back(std::make_shared<op::ReduceMean>(layer, sides, false));
    pooled.push_back(std::make_shared<op::Sqrt>(variance));
    pooled.push_back(std::make_shared<op::ReduceMax>(layer, sides, false));
    pooled.push_back(std::make_shared<op::ReduceMin>(layer, sides, false));
  }
  return joined(pooled);
}

// The logarithm of each area's brightness, less the mean of all: a lamp that ages changes none. [1, areas]
Value brightness_of(const Value& tile) {
  constexpr double kDark = 5;  // gray levels that are added, so that black has a logarithm
  constexpr std::int64_t kAreas = std::int64_t{kBrightnessAreas} * kBrightnessAreas;
  const auto side = static_cast<std::int64_t>(tile.get_shape()[2]);
  const Value row = std::make_shared<op::Reshape>(rows_of(tile, side, side + 1), indices({1, 3 * side}), false);
  Value bytes = std::make_shared<op::Slice>(row, indices({0}), indices({2 * kAreas}), indices({1}), indices({1}));
  bytes = std::make_shared<op::Convert>(bytes, ov::element::f32);
  bytes = std::make_shared<op::Reshape>(bytes, indices({kAreas, 2}), false);
  const Value levels = std::make_shared<op::MatMul>(bytes, constant<float>({2, 1}, {1, 1 / 256.0F}), false, false);
  const Value logarithms = std::make_shared<op::Log>(line(levels, 1, kDark));
  const Value mean = std::make_shared<op::ReduceMean>(logarithms, indices({0}), true);
  return std::make_shared<op::Reshape>(std::make_shared<op::Subtract>(logarithms, mean), indices({1, kAreas}), false);
}

Result<std::shared_ptr<ov::Model>> read_backbone(const Backbone& backbone) {
  if (!fs::exists(backbone.file)) {
    return make_error(ErrorCode::not_found, "there is no backbone " + backbone.file.string());
  }
  return read_model(backbone.file);
}

}  // namespace

Result<std::vector<std::string>> choose_taps(const Backbone& backbone, int input_px) {
  using Taps = std::vector<std::string>;
  return guarded("the backbone " + backbone.file.string(), [&]() -> Result<Taps> {
    LINEGUARD_ASSIGN(const auto model, read_backbone(backbone));
    give_input_size(*model, input_px);
    std::map<std::int64_t, std::string> by_side;  // cells a side -> the last layer with them
    std::vector<std::string> found;
    const auto consider = [&](const Value& value, const std::string& name) {
      const Value grid = as_grid(value);
      const auto side = grid.get_node() ? static_cast<std::int64_t>(grid.get_shape()[2]) : 0;
      if (side > 1 && side <= input_px / 4) by_side[side] = name;
    };
    for (const auto& output : model->outputs()) {
      found.push_back(fmt::format("{} {}", name_of(output), fmt::streamed(output.get_partial_shape())));
      consider(output.get_node()->input_value(0), name_of(output));
    }
    if (by_side.empty()) {
      for (const auto& node : model->get_ordered_ops()) {
        if (ov::is_type<op::Convolution>(node.get()) || ov::is_type<op::GroupConvolution>(node.get()))
          consider(node->output(0), node->get_friendly_name());
      }
    }
    if (by_side.empty())
      return make_error(
          ErrorCode::invalid_config,
          fmt::format("[backbone] file: no output is a grid of features; its outputs are {}", fmt::join(found, ", ")));
    const auto nearest_to = [&](int stride) {
      const double wanted = static_cast<double>(input_px) / stride;
      return std::ranges::min_element(
                 by_side, {},
                 [&](const auto& entry) { return std::abs(std::log(static_cast<double>(entry.first) / wanted)); })
          ->first;
    };
    const auto fine = nearest_to(8), coarse = nearest_to(16);
    Taps taps{by_side.at(fine)};
    if (coarse != fine) taps.push_back(by_side.at(coarse));
    return taps;
  });
}

Result<bool> has_layers(const Backbone& backbone, const std::vector<std::string>& layers) {
  return guarded("the backbone " + backbone.file.string(), [&]() -> Result<bool> {
    LINEGUARD_ASSIGN(const auto model, read_backbone(backbone));
    return std::ranges::all_of(layers, [&](const std::string& layer) { return find_layer(*model, layer, "").ok(); });
  });
}

Result<void> write_backbone_graph(const Backbone& backbone, const std::vector<std::string>& layers, int input_px,
                                  const fs::path& out_xml) {
  return guarded("the backbone " + backbone.file.string(), [&]() -> Result<void> {
    LINEGUARD_ASSIGN(const auto model, read_backbone(backbone));
    const auto tile = take_tiles(model, backbone, input_px);
    LINEGUARD_ASSIGN(const auto values, find_layers(*model, layers, "[backbone] taps"));
    ov::ResultVector results;
    for (std::size_t i = 0; i < layers.size(); ++i) results.push_back(named_result(values[i], layers[i]));
    tile->output(0).get_tensor().set_names({"tile"});
    return save(std::make_shared<ov::Model>(results, ov::ParameterVector{tile}, "lineguard-backbone"), out_xml);
  });
}

Result<void> write_feature_graph(const Backbone& backbone, const FeatureLayout& layout, const fs::path& out_xml) {
  return guarded("the backbone " + backbone.file.string(), [&]() -> Result<void> {
    LINEGUARD_ASSIGN(const auto model, read_backbone(backbone));
    const auto tile = take_tiles(model, backbone, layout.input_px, layout.brightness);
    LINEGUARD_ASSIGN(const auto layers, find_layers(*model, backbone.taps, "[backbone] taps"));
    LINEGUARD_ASSIGN(const auto dense_layers, find_layers(*model, layout.dense_taps, "[backbone] taps"));
    LINEGUARD_ASSIGN(const auto pooled_layers, find_layers(*model, layout.pooled_taps, "[backbone] taps"));
    ov::ResultVector results{named_result(patches_of(layers, layout), "patches")};
    if (!dense_layers.empty()) results.push_back(named_result(dense_of(dense_layers, tile, layout), "dense"));
    if (!pooled_layers.empty()) results.push_back(named_result(pooled_of(pooled_layers), "pooled"));
    if (layout.brightness) results.push_back(named_result(brightness_of(tile), "brightness"));
    tile->output(0).get_tensor().set_names({"tile"});
    return save(std::make_shared<ov::Model>(results, ov::ParameterVector{tile}, "lineguard-features"), out_xml);
  });
}

}  // namespace lineguard::features
