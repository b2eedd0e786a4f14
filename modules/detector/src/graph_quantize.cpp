#include "graph_quantize.h"

#include <algorithm>
#include <cmath>

#include <openvino/openvino.hpp>
#include <openvino/opsets/opset13.hpp>

#include <lineguard/features/graph_ops.h>
#include <lineguard/infer/runtime.h>

namespace lineguard::detector {
using namespace features;
namespace op = ov::opset13;
using namespace graph;
namespace {

constexpr std::size_t kSmallestWeights = 128;  // smoothing kernels are smaller, and stay as they are

using Node = std::shared_ptr<ov::Node>;

std::vector<Node> convolutions_of(const ov::Model& model) {
  std::vector<Node> found;
  for (const auto& node : model.get_ordered_ops()) {
    const bool convolves = ov::is_type<op::Convolution>(node.get()) || ov::is_type<op::GroupConvolution>(node.get());
    const auto weights = convolves ? ov::as_type_ptr<op::Constant>(node->get_input_node_shared_ptr(1)) : nullptr;
    if (weights && ov::shape_size(weights->get_shape()) >= kSmallestWeights) found.push_back(node);
  }
  return found;
}

struct ValueRange {
  float low = 0, high = 0;  // zero is always inside: padding is zero
};

// Lowest and highest value of every convolution's input over all tiles.
std::vector<ValueRange> measure_ranges(const std::shared_ptr<ov::Model>& model, const std::vector<Tile>& tiles) {
  const auto watched = model->clone();
  ov::ResultVector results;
  for (const Node& node : convolutions_of(*watched)) {
    const Value input = node->input_value(0);
    const Value axes = indices({0, 1, 2, 3});
    results.push_back(std::make_shared<op::Result>(std::make_shared<op::ReduceMin>(input, axes, false)));
    results.push_back(std::make_shared<op::Result>(std::make_shared<op::ReduceMax>(input, axes, false)));
  }
  const auto probe = std::make_shared<ov::Model>(results, watched->get_parameters());
  auto request =
      infer::runtime()
          .compile_model(probe, "CPU", ov::hint::inference_precision(ov::element::f32), ov::inference_num_threads(1))
          .create_infer_request();
  std::vector<ValueRange> ranges(results.size() / 2);
  const ov::Shape shape = probe->get_parameters().at(0)->get_shape();
  for (const Tile& tile : tiles) {
    request.set_input_tensor(ov::Tensor(ov::element::u8, shape, const_cast<std::uint8_t*>(tile.data())));
    request.infer();
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      ranges[i].low = std::min(ranges[i].low, *request.get_output_tensor(2 * i).data<float>());
      ranges[i].high = std::max(ranges[i].high, *request.get_output_tensor(2 * i + 1).data<float>());
    }
  }
  return ranges;
}

Value limit(float value) {
  return constant<float>({1, 1, 1, 1}, {value});
}

// Unsigned 8 bits where nothing is negative, else signed ones, both with zero on the grid.
Value quantized_input(const Value& input, const ValueRange& range) {
  const float most = std::max({-range.low, range.high, 1e-6F});
  const Value low = limit(range.low < 0 ? -most : 0), high = limit(range.low < 0 ? most * 127 / 128 : most);
  return std::make_shared<op::FakeQuantize>(input, low, high, low, high, 256);
}

// A scale an output channel: [out, in, h, w], or [groups, out, in, h, w] of a depthwise convolution.
Value quantized_weights(const op::Constant& weights) {
  const ov::Shape& shape = weights.get_shape();
  const std::size_t kept = shape.size() == 5 ? 2 : 1;
  ov::Shape scales(shape.size(), 1);
  std::size_t channels = 1;
  for (std::size_t i = 0; i < kept; ++i) channels *= scales[i] = shape[i];
  const auto values = weights.cast_vector<float>();
  const std::size_t each = values.size() / channels;
  std::vector<float> low(channels), high(channels);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    float most = 1e-8F;
    for (std::size_t i = 0; i < each; ++i) most = std::max(most, std::abs(values[channel * each + i]));
    low[channel] = -most;
    high[channel] = most;
  }
  const Value from = constant<float>(scales, low), to = constant<float>(scales, high);
  return std::make_shared<op::FakeQuantize>(constant<float>(shape, values), from, to, from, to, 255);
}

}  // namespace

Result<std::size_t> write_quantized_graph(const std::filesystem::path& in_xml, const std::vector<Tile>& tiles,
                                          const std::filesystem::path& out_xml) {
  return guarded("the graph " + in_xml.string(), [&]() -> Result<std::size_t> {
    const auto model = read_model(in_xml);
    const auto ranges = measure_ranges(model, tiles);
    const auto convolutions = convolutions_of(*model);
    for (std::size_t i = 0; i < convolutions.size(); ++i) {
      const Node& node = convolutions[i];
      const auto weights = ov::as_type_ptr<op::Constant>(node->get_input_node_shared_ptr(1));
      node->input(0).replace_source_output(quantized_input(node->input_value(0), ranges[i]));
      node->input(1).replace_source_output(quantized_weights(*weights));
    }
    LINEGUARD_TRY(save(model, out_xml));
    return convolutions.size();
  });
}

}  // namespace lineguard::detector
