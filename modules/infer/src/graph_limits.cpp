#include "graph_limits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <string_view>

#include <fmt/format.h>
#include <openvino/op/constant.hpp>
#include <openvino/op/util/avg_pool_base.hpp>
#include <openvino/op/util/max_pool_base.hpp>

#include <lineguard/core/limits.h>
#include <lineguard/core/words.h>

namespace lineguard::infer {
namespace {

// Layers whose work is bounded by their shapes: none runs a body of its own, and none sorts or searches boxes. Sorted.
constexpr auto kAllowed = std::to_array<std::string_view>({
    "Abs",
    "Add",
    "AvgPool",
    "BatchNormInference",
    "Broadcast",
    "Ceiling",
    "Clamp",
    "Concat",
    "Constant",
    "Convert",
    "ConvertLike",
    "Convolution",
    "ConvolutionBackpropData",
    "Cos",
    "DepthToSpace",
    "Divide",
    "Elu",
    "Equal",
    "Erf",
    "Exp",
    "FakeQuantize",
    "Floor",
    "FloorMod",
    "Gather",
    "GatherElements",
    "GatherND",
    "Gelu",
    "Greater",
    "GreaterEqual",
    "GroupConvolution",
    "GroupNormalization",
    "HSigmoid",
    "HSwish",
    "HardSigmoid",
    "Identity",
    "Interpolate",
    "Less",
    "LessEqual",
    "Log",
    "LogSoftmax",
    "LogicalAnd",
    "LogicalNot",
    "LogicalOr",
    "MVN",
    "MatMul",
    "MaxPool",
    "Maximum",
    "Minimum",
    "Mish",
    "Mod",
    "Multiply",
    "Negative",
    "NormalizeL2",
    "NotEqual",
    "OneHot",
    "PRelu",
    "Pad",
    "Parameter",
    "Power",
    "ROIAlign",
    "Range",
    "ReduceL1",
    "ReduceL2",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "Relu",
    "Reshape",
    "Result",
    "Round",
    "ScatterElementsUpdate",
    "ScatterNDUpdate",
    "ScatterUpdate",
    "Select",
    "Selu",
    "ShapeOf",
    "ShuffleChannels",
    "Sigmoid",
    "Sign",
    "Sin",
    "Slice",
    "SoftPlus",
    "Softmax",
    "SpaceToDepth",
    "Split",
    "Sqrt",
    "SquaredDifference",
    "Squeeze",
    "StridedSlice",
    "Subtract",
    "Swish",
    "Tanh",
    "Tile",
    "TopK",
    "Transpose",
    "Unsqueeze",
    "VariadicSplit",
});
static_assert(std::ranges::is_sorted(kAllowed));

double elements(const ov::PartialShape& shape) {
  double product = 1;
  for (const auto& side : shape) product *= static_cast<double>(side.get_length());
  return product;
}

double product(const ov::Shape& sides) {
  return std::accumulate(sides.begin(), sides.end(), 1.0, std::multiplies<>());
}

double widest_output(const ov::Node& node) {
  double most = 1;
  for (const auto& output : node.outputs()) most = std::max(most, elements(output.get_partial_shape()));
  return most;
}

// At least what the layer multiplies or moves; of fixed shapes.
double work_of(const ov::Node& node) {
  double most = widest_output(node);
  for (const auto& input : node.inputs()) most = std::max(most, elements(input.get_partial_shape()));
  const std::string_view type = node.get_type_info().name;
  if (type.find("Convolution") != std::string_view::npos) {
    const auto& filters = node.get_input_partial_shape(1);
    const double first = filters.size() > 0 ? static_cast<double>(filters[0].get_length()) : 1;
    return most * elements(filters) / std::max(1.0, first);
  }
  if (type == "MatMul") {
    const auto& left = node.get_input_partial_shape(0);
    double longest = 1;
    for (const auto& side : left) longest = std::max(longest, static_cast<double>(side.get_length()));
    return widest_output(node) * longest;
  }
  if (const auto* pool = dynamic_cast<const ov::op::util::AvgPoolBase*>(&node))
    return most * product(pool->get_kernel());
  if (const auto* pool = dynamic_cast<const ov::op::util::MaxPoolBase*>(&node))
    return most * product(pool->get_kernel());
  return most;
}

// A network that has weights which are not numbers answers nothing, or worse, something.
bool has_nan(const ov::Node& node) {
  const auto* constant = ov::as_type<const ov::op::v0::Constant>(&node);
  if (!constant || constant->get_element_type() != ov::element::f32) return false;
  const auto* first = constant->get_data_ptr<float>();
  return std::any_of(first, first + ov::shape_size(constant->get_shape()),
                     [](float value) { return std::isnan(value); });
}

bool is_fixed(const ov::Node& node) {
  const auto fixed = [](const auto& port) { return port.get_partial_shape().is_static(); };
  return std::ranges::all_of(node.outputs(), fixed) && std::ranges::all_of(node.inputs(), fixed);
}

Result<void> check_layer(const std::string& name, const ov::Node& node) {
  const std::string_view type = node.get_type_info().name;
  const auto layer = [&] { return on_one_line(node.get_friendly_name(), 80); };
  if (!std::ranges::binary_search(kAllowed, type))
    return make_error(ErrorCode::unsupported,
                      fmt::format("{}: the layer {} is of the kind {}, which is not run", name, layer(), type));
  if (has_nan(node))
    return make_error(ErrorCode::corrupt_data, fmt::format("{}: weights of {} are not numbers (NaN)", name, layer()));
  for (const auto& output : node.outputs()) {
    if (output.get_partial_shape().is_dynamic()) continue;
    const double bytes = elements(output.get_partial_shape()) * static_cast<double>(output.get_element_type().size());
    if (bytes > static_cast<double>(limits::kTensorBytes))
      return make_error(ErrorCode::too_large, fmt::format("{}: the layer {} takes {:.3g} bytes, allowed are {}", name,
                                                          layer(), bytes, limits::kTensorBytes));
  }
  return {};
}

}  // namespace

Result<void> check_graph(const std::string& name, const ov::Model& graph) {
  const auto nodes = graph.get_ops();
  if (nodes.size() > limits::kNetworkOperations)
    return make_error(ErrorCode::too_large,
                      fmt::format("{}: {} layers, allowed are {}", name, nodes.size(), limits::kNetworkOperations));
  const bool fixed_input =
      std::ranges::all_of(graph.inputs(), [](const auto& input) { return input.get_partial_shape().is_static(); });
  double work = 0;
  for (const auto& node : nodes) LINEGUARD_TRY(check_layer(name, *node));
  for (const auto& node : nodes) {
    if (is_fixed(*node)) work += work_of(*node);
    if (fixed_input && !is_fixed(*node))
      return make_error(ErrorCode::unsupported, fmt::format("{}: the size of the layer {} is not fixed by the input's",
                                                            name, on_one_line(node->get_friendly_name(), 80)));
  }
  if (work > limits::kNetworkMultiplications)
    return make_error(ErrorCode::too_large, fmt::format("{}: a run takes {:.2g} multiplications, allowed are {:.2g}",
                                                        name, work, limits::kNetworkMultiplications));
  return {};
}

}  // namespace lineguard::infer
