#include "ir_network.h"

#include <functional>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <pugixml.hpp>
#include <torch/nn/functional.h>

#include <lineguard/core/files.h>

namespace lineguard::finetune {
namespace fs = std::filesystem;
namespace nn = torch::nn::functional;
using torch::Tensor;
namespace {

using Shape = std::vector<std::int64_t>;

Shape numbers(const char* text) {
  Shape values;
  std::istringstream stream(text);
  for (std::string item; std::getline(stream, item, ',');) {
    if (item.find_first_not_of(' ') != std::string::npos) values.push_back(std::stoll(item));
  }
  return values;
}

struct Layer {
  std::string name, type;
  pugi::xml_node xml;
  std::vector<int> inputs;  // places in Layers::all
  Tensor value;             // of constants
  std::size_t offset = 0, bytes = 0;

  Shape attribute(const char* key) const { return numbers(xml.child("data").attribute(key).value()); }
  std::string text(const char* key) const { return xml.child("data").attribute(key).value(); }
};

[[noreturn]] void refuse(const Layer& layer, const std::string& what) {
  throw std::invalid_argument(fmt::format("layer {}: {}", layer.name, what));
}

Tensor read_constant(const Layer& layer, Bytes& weights) {
  const std::string type = layer.text("element_type");
  const auto dtype = type == "f32"   ? torch::kFloat32
                     : type == "i64" ? torch::kInt64
                     : type == "i32" ? torch::kInt32
                                     : torch::kUInt8;
  if (type != "f32" && type != "i64" && type != "i32" && type != "u8")
    refuse(layer, "constants of " + type + " can't be trained with, only f32");
  const Shape shape = layer.attribute("shape");
  std::size_t bytes = torch::elementSize(dtype);
  for (const auto length : shape) bytes *= static_cast<std::size_t>(length);
  if (bytes != layer.bytes || layer.offset + layer.bytes > weights.size())
    throw std::runtime_error("the weights of layer " + layer.name + " are cut off");
  const Tensor value = torch::from_blob(weights.data() + layer.offset, shape, dtype).clone();
  if (type == "f32" && !torch::isfinite(value).all().item<bool>())
    throw std::runtime_error("a weight of layer " + layer.name + " is not a number");
  return value;
}

// SAME padding as TensorFlow's: what is left over goes behind.
Tensor padded(const Tensor& x, const Layer& layer, const Shape& kernel, const Shape& strides, double fill) {
  const std::string how = layer.text("auto_pad");
  Shape begin = layer.attribute("pads_begin"), end = layer.attribute("pads_end");
  if (how == "valid") begin = end = {0, 0};
  if (how == "same_upper" || how == "same_lower") {
    for (std::size_t k = 0; k < 2; ++k) {
      const std::int64_t size = x.size(static_cast<std::int64_t>(k) + 2), steps = (size + strides[k] - 1) / strides[k];
      const std::int64_t total = std::max<std::int64_t>(0, (steps - 1) * strides[k] + kernel[k] - size);
      begin[k] = how == "same_upper" ? total / 2 : total - total / 2;
      end[k] = total - begin[k];
    }
  }
  if (begin == Shape{0, 0} && end == Shape{0, 0}) return x;
  return torch::constant_pad_nd(x, {begin[1], end[1], begin[0], end[0]}, fill);
}

Tensor convolve(const Layer& layer, const std::vector<Tensor>& in) {
  Tensor kernel = in[1];
  std::int64_t groups = 1;
  if (layer.type == "GroupConvolution") {
    groups = kernel.size(0);
    kernel = kernel.flatten(0, 1);
  }
  const Shape strides = layer.attribute("strides"), dilations = layer.attribute("dilations");
  if (dilations != Shape{1, 1}) refuse(layer, "dilated convolutions are not supported");
  const Shape size{kernel.size(2), kernel.size(3)};
  // Equal margins at stride 1: no copy for the padding.
  if (strides == Shape{1, 1} && layer.text("auto_pad").starts_with("same") && size[0] % 2 == 1 && size[1] % 2 == 1)
    return torch::conv2d(in[0], kernel, Tensor(), strides, Shape{size[0] / 2, size[1] / 2}, Shape{1, 1}, groups);
  return torch::conv2d(padded(in[0], layer, size, strides, 0), kernel, Tensor(), strides, Shape{0, 0}, Shape{1, 1},
                       groups);
}

Tensor pool_highest(const Layer& layer, const std::vector<Tensor>& in) {
  const Shape kernel = layer.attribute("kernel"), strides = layer.attribute("strides");
  if (layer.text("rounding_type") == "ceil") refuse(layer, "MaxPool that rounds up is not supported");
  return torch::max_pool2d(padded(in[0], layer, kernel, strides, -1e30), kernel, strides);
}

std::vector<std::int64_t> whole_numbers(const Tensor& x) {
  const Tensor values = x.to(torch::kInt64).flatten();
  return {values.data_ptr<std::int64_t>(), values.data_ptr<std::int64_t>() + values.numel()};
}

using Operation = std::function<Tensor(const Layer&, const std::vector<Tensor>&)>;
using In = const std::vector<Tensor>&;

const std::map<std::string, Operation>& operations() {
  static const std::map<std::string, Operation> known = {
      {"Convert", [](const Layer&, In in) { return in[0].to(torch::kFloat32); }},
      {"Transpose", [](const Layer&, In in) { return in[0].permute(whole_numbers(in[1])); }},
      {"Add", [](const Layer&, In in) { return in[0] + in[1]; }},
      {"Subtract", [](const Layer&, In in) { return in[0] - in[1]; }},
      {"Multiply", [](const Layer&, In in) { return in[0] * in[1]; }},
      {"Convolution", convolve},
      {"GroupConvolution", convolve},
      {"MaxPool", pool_highest},
      {"ReLU", [](const Layer&, In in) { return torch::relu(in[0]); }},
      {"Sigmoid", [](const Layer&, In in) { return torch::sigmoid(in[0]); }},
      {"Swish", [](const Layer&, In in) { return torch::silu(in[0]); }},
      {"HSwish", [](const Layer&, In in) { return torch::hardswish(in[0]); }},
      {"Clamp", [](const Layer& layer,
                   In in) { return torch::clamp(in[0], std::stod(layer.text("min")), std::stod(layer.text("max"))); }},
      {"ReduceMean",
       [](const Layer& layer, In in) { return in[0].mean(whole_numbers(in[1]), layer.text("keep_dims") == "true"); }},
      {"Result", [](const Layer&, In in) { return in[0]; }},
  };
  return known;
}

}  // namespace

struct IrNetwork::Layers {
  pugi::xml_document document;
  Bytes weights;
  std::vector<Layer> all;  // every layer behind those it reads
  std::vector<int> outputs;
  std::vector<bool> needed;
  std::vector<int> trained;  // constants

  void read();
  int find(const std::string& name) const;
  void mark(int layer, std::vector<bool>& marks) const {
    if (marks[static_cast<std::size_t>(layer)]) return;
    marks[static_cast<std::size_t>(layer)] = true;
    for (const int input : all[static_cast<std::size_t>(layer)].inputs) mark(input, marks);
  }
  void choose_trained(const std::string& frozen_to);
};

void IrNetwork::Layers::read() {
  const auto net = document.child("net");
  std::map<std::string, int> place;  // by the id in the file, which orders layers behind their inputs
  for (const auto xml : net.child("layers").children("layer")) {
    place[xml.attribute("id").value()] = static_cast<int>(all.size());
    all.push_back({xml.attribute("name").value(), xml.attribute("type").value(), xml});
  }
  for (const auto edge : net.child("edges").children("edge")) {
    const auto from = place.find(edge.attribute("from-layer").value()),
               to = place.find(edge.attribute("to-layer").value());
    if (from == place.end() || to == place.end()) throw std::runtime_error("an edge leads to no layer");
    auto& inputs = all[static_cast<std::size_t>(to->second)].inputs;
    const auto port = static_cast<std::size_t>(edge.attribute("to-port").as_int());
    if (port > 8) refuse(all[static_cast<std::size_t>(to->second)], "too many inputs");
    if (inputs.size() <= port) inputs.resize(port + 1, -1);
    inputs[port] = from->second;
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const int input : all[i].inputs) {
      if (input < 0 || input >= static_cast<int>(i))
        throw std::runtime_error("layer " + all[i].name + " reads what comes later or nothing");
    }
  }
}

int IrNetwork::Layers::find(const std::string& name) const {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].type == "Result") continue;
    if (all[i].name == name) return static_cast<int>(i);
    for (const auto port : all[i].xml.child("output").children("port")) {
      const std::string names = "," + std::string(port.attribute("names").value()) + ",";
      if (names.find("," + name + ",") != std::string::npos) return static_cast<int>(i);
    }
  }
  throw std::runtime_error("there is no layer " + name);
}

void IrNetwork::Layers::choose_trained(const std::string& frozen_to) {
  std::vector<bool> frozen(all.size(), false);
  if (!frozen_to.empty()) mark(find(frozen_to), frozen);
  std::map<std::size_t, int> uses;  // constants may share their bytes
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (needed[i] && all[i].type == "Const") ++uses[all[i].offset];
  }
  std::set<int> chosen;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Layer& layer = all[i];
    if (!needed[i] || frozen[i] || layer.inputs.size() != 2) continue;
    const Layer& constant = all[static_cast<std::size_t>(layer.inputs[1])];
    if (constant.type != "Const" || constant.value.scalar_type() != torch::kFloat32 || uses[constant.offset] > 1)
      continue;
    const bool is_kernel = layer.type == "Convolution" || layer.type == "GroupConvolution";
    const bool is_bias = layer.type == "Add" && constant.value.dim() == 4 &&
                         constant.value.numel() == constant.value.size(1) && constant.value.numel() > 1;
    if (is_kernel || is_bias) chosen.insert(layer.inputs[1]);
  }
  trained.assign(chosen.begin(), chosen.end());
  if (trained.empty()) throw std::invalid_argument("nothing to train behind layer " + frozen_to);
  for (const int i : trained) all[static_cast<std::size_t>(i)].value.requires_grad_(true);
}

Result<IrNetwork> IrNetwork::load(const fs::path& xml_file, const std::vector<std::string>& outputs,
                                  const std::string& frozen_to) {
  auto layers = std::make_unique<Layers>();
  LINEGUARD_ASSIGN(const std::string text, read_text_file(xml_file));
  LINEGUARD_ASSIGN(layers->weights, read_file(fs::path(xml_file).replace_extension(".bin")));
  try {
    if (!layers->document.load_string(text.c_str())) throw std::runtime_error("not an OpenVINO network");
    layers->read();
    layers->needed.assign(layers->all.size(), false);
    for (const std::string& name : outputs) {
      layers->outputs.push_back(layers->find(name));
      layers->mark(layers->outputs.back(), layers->needed);
    }
    for (std::size_t i = 0; i < layers->all.size(); ++i) {
      Layer& layer = layers->all[i];
      if (!layers->needed[i] || layer.type == "Parameter") continue;
      if (layer.type != "Const" && !operations().contains(layer.type))
        refuse(layer, "the operation " + layer.type + " can't be trained with");
      if (layer.type != "Const") continue;
      layer.offset = std::stoull(layer.text("offset"));
      layer.bytes = std::stoull(layer.text("size"));
      layer.value = read_constant(layer, layers->weights);
    }
    layers->choose_trained(frozen_to);
  } catch (const std::invalid_argument& error) {
    return make_error(ErrorCode::unsupported, xml_file.string() + ": " + error.what());
  } catch (const std::exception& error) {
    return make_error(ErrorCode::corrupt_data, xml_file.string() + ": " + error.what());
  }
  return IrNetwork(std::move(layers));
}

IrNetwork::IrNetwork(std::unique_ptr<Layers> layers) : layers_(std::move(layers)) {}
IrNetwork::IrNetwork(IrNetwork&&) noexcept = default;
IrNetwork& IrNetwork::operator=(IrNetwork&&) noexcept = default;
IrNetwork::~IrNetwork() = default;

std::vector<Tensor> IrNetwork::forward(const Tensor& tiles) const {
  std::vector<Tensor> values(layers_->all.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Layer& layer = layers_->all[i];
    if (!layers_->needed[i]) continue;
    if (layer.type == "Const") values[i] = layer.value;
    if (layer.type == "Parameter") values[i] = tiles;
    if (values[i].defined()) continue;
    std::vector<Tensor> in;
    for (const int input : layer.inputs) in.push_back(values[static_cast<std::size_t>(input)]);
    values[i] = operations().at(layer.type)(layer, in);
  }
  std::vector<Tensor> answers;
  for (const int output : layers_->outputs) answers.push_back(values[static_cast<std::size_t>(output)]);
  return answers;
}

std::vector<Tensor> IrNetwork::parameters() const {
  std::vector<Tensor> values;
  for (const int i : layers_->trained) values.push_back(layers_->all[static_cast<std::size_t>(i)].value);
  return values;
}

Result<void> IrNetwork::save(const fs::path& xml_file) const {
  Bytes weights = layers_->weights;
  for (const int i : layers_->trained) {
    const Layer& layer = layers_->all[static_cast<std::size_t>(i)];
    const Tensor value = layer.value.detach().contiguous();
    std::copy_n(static_cast<const std::byte*>(value.data_ptr()), layer.bytes,
                weights.begin() + static_cast<std::ptrdiff_t>(layer.offset));
  }
  std::ostringstream text;
  layers_->document.save(text, "\t");
  LINEGUARD_TRY(write_file_atomically(fs::path(xml_file).replace_extension(".bin"), weights));
  return write_file_atomically(xml_file, text.str());
}

}  // namespace lineguard::finetune
