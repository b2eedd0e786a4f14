#include "graph_limits.h"

#include <condition_variable>
#include <cstring>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <openvino/openvino.hpp>
#include <sys/mman.h>

#include <lineguard/core/files.h>
#include <lineguard/core/limits.h>
#include <lineguard/infer/network.h>
#include <lineguard/infer/runtime.h>

namespace lineguard::infer {
namespace {

// Empty: not a kind of file that is read.
std::string reader_of(const std::filesystem::path& model) {
  return model.extension() == ".xml" ? "ir" : model.extension() == ".onnx" ? "onnx" : "";
}

Error no_memory_for(const std::string& network) {
  return make_error(ErrorCode::unavailable, network + ": not enough memory (or threads) to run it");
}

// The runtime ends the process where it finds no room for the stacks of its threads: so we look first. Address space
// alone, nothing is touched.
bool has_room() {
  constexpr std::size_t kRoom = std::size_t{256} << 20;
  void* const room = mmap(nullptr, kRoom, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return room != MAP_FAILED && munmap(room, kRoom) == 0;
}

// Left to choose, the runtime gives a file that is no network to the readers of all frameworks, which print and leak.
bool looks_like_xml(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  return first != std::string_view::npos && (text.substr(first, 5) == "<?xml" || text.substr(first, 4) == "<net");
}

// A copy that the graph's constants share and keep: memory of this process alone, aligned as the runtime likes it.
ov::Tensor weights_of(const NetworkFiles& files) {
  if (!files.weights || files.weights->empty()) return {};
  ov::Tensor weights(ov::element::u8, {files.weights->size()});
  std::memcpy(weights.data(), files.weights->data(), files.weights->size());
  return weights;
}

// The graph, checked; nothing of it lies in a file any more.
Result<std::shared_ptr<ov::Model>> read_graph(const NetworkFiles& files) {
  const bool onnx = reader_of(files.name) == "onnx";
  if (!onnx && files.graph.size() > limits::kXml.bytes)
    return make_error(ErrorCode::too_large,
                      fmt::format("{}: {} bytes, allowed are {}", files.name, files.graph.size(), limits::kXml.bytes));
  if (!onnx && !looks_like_xml(files.graph))
    return make_error(ErrorCode::corrupt_data, files.name + ": there is no network in this file");
  auto graph = runtime().read_model(files.graph, weights_of(files));
  if (graph->inputs().empty() || graph->outputs().empty())  // what an empty or foreign file is read as
    return make_error(ErrorCode::corrupt_data, files.name + ": there is no network in this file");
  LINEGUARD_TRY(check_graph(files.name, *graph));
  return graph;
}

TensorInfo describe(const ov::Output<const ov::Node>& port) {
  TensorInfo info;
  info.name = port.get_names().empty() ? port.get_node()->get_friendly_name() : port.get_any_name();
  const auto type = port.get_element_type();
  info.type = type == ov::element::u8    ? ElementType::u8
              : type == ov::element::i64 ? ElementType::i64
                                         : ElementType::f32;
  for (const auto& dimension : port.get_partial_shape()) {
    info.shape.push_back(dimension.is_static() ? dimension.get_length() : -1);
  }
  return info;
}

Tensor copy_out(const ov::Tensor& tensor) {
  Tensor copy;
  for (const std::size_t side : tensor.get_shape()) copy.shape.push_back(static_cast<std::int64_t>(side));
  const auto* first = tensor.data<const float>();
  copy.values.assign(first, first + tensor.get_size());
  return copy;
}

Result<void> check_ports(const std::string& name, const ov::CompiledModel& compiled) {
  if (compiled.inputs().size() != 1 || compiled.input().get_element_type() != ov::element::u8)
    return make_error(ErrorCode::unsupported, name + ": expected one input of 8-bit pixels");
  for (const auto& port : compiled.outputs()) {
    if (port.get_element_type() != ov::element::f32)
      return make_error(ErrorCode::unsupported, name + ": expected outputs of 32-bit floats only");
  }
  return {};
}

ov::AnyMap compile_options(const NetworkOptions& options) {
  return {
      ov::inference_num_threads(options.threads * options.parallel_requests),
      ov::num_streams(options.parallel_requests),
      ov::hint::num_requests(static_cast<std::uint32_t>(options.parallel_requests)),
      ov::hint::inference_precision(options.precision == Precision::bf16 ? ov::element::bf16 : ov::element::f32),
      ov::hint::enable_cpu_pinning(false),
  };
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const std::int64_t side : shape) text += (text.size() > 1 ? ", " : "") + (side < 0 ? "?" : std::to_string(side));
  return text + "]";
}

bool fits(const std::vector<std::int64_t>& shape, const TensorInfo& input, std::size_t bytes) {
  if (shape.size() != input.shape.size()) return false;
  std::size_t product = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] < 1 || (input.shape[i] >= 0 && shape[i] != input.shape[i])) return false;
    if (__builtin_mul_overflow(product, static_cast<std::size_t>(shape[i]), &product)) return false;
  }
  return product == bytes;
}

}  // namespace

ov::Core& runtime() {
  static auto& core = *new ov::Core;
  return core;
}

Error error_of(const std::string& network, const std::string& complaint, ErrorCode code, const std::exception& error) {
  // Want of memory reaches us as text alone.
  std::istringstream lines(error.what());
  std::string reason, line;
  while (std::getline(lines, line)) {
    if (line.empty() || line.starts_with("Exception from ")) continue;
    reason += (reason.empty() ? "" : "; ") + line;
  }
  const auto says = [&reason](const char* words) { return reason.find(words) != std::string::npos; };
  if (says("bad_alloc") || says("can't alloc") || says("annot allocate") || says("out of memory") ||
      says("temporarily unavailable"))
    return no_memory_for(network);
  return make_error(code, fmt::format("{}: {}: {}", network, complaint, reason));
}

// The requests wait in a pool; a caller takes one, runs, and puts it back.
struct Network::State {
  ov::CompiledModel compiled;
  std::vector<TensorInfo> inputs, outputs;
  std::vector<ov::InferRequest> idle;
  std::mutex mutex;
  std::condition_variable returned;

  ov::InferRequest take() {
    std::unique_lock lock(mutex);
    returned.wait(lock, [&] { return !idle.empty(); });
    ov::InferRequest request = std::move(idle.back());
    idle.pop_back();
    return request;
  }
  void put_back(ov::InferRequest request) {
    {
      std::lock_guard lock(mutex);
      idle.push_back(std::move(request));
    }
    returned.notify_one();
  }
};

Network::Network(std::unique_ptr<State> state) : state_(std::move(state)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

Result<NetworkFiles> read_network_files(const std::filesystem::path& model) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(model, code)) {
    return make_error(ErrorCode::not_found, "there is no network " + model.string());
  }
  const std::string reader = reader_of(model);
  if (reader.empty()) {
    return make_error(ErrorCode::unsupported, model.string() + ": expected a network as .xml (OpenVINO) or .onnx");
  }
  NetworkFiles files{model.string(), {}, nullptr};
  LINEGUARD_ASSIGN(files.graph, read_text_file(model, 1ull << 30));
  const auto weights = std::filesystem::path(model).replace_extension(".bin");
  if (reader == "onnx" || !std::filesystem::exists(weights, code)) return files;
  LINEGUARD_ASSIGN(Bytes bytes, read_file(weights));
  files.weights = std::make_shared<const Bytes>(std::move(bytes));
  return files;
}

Result<Network> Network::load(const std::filesystem::path& model, const NetworkOptions& options) {
  LINEGUARD_ASSIGN(const NetworkFiles files, read_network_files(model));
  return load(files, options);
}

Result<Network> Network::load(const NetworkFiles& files, const NetworkOptions& options) {
  if (options.threads < 1 || options.parallel_requests < 1) {
    return make_error(ErrorCode::invalid_argument, "threads and parallel_requests must be 1 or more");
  }
  if (!has_room()) return no_memory_for(files.name);
  try {
    LINEGUARD_ASSIGN(const auto graph, read_graph(files));
    auto state = std::make_unique<State>();
    state->compiled = runtime().compile_model(graph, "CPU", compile_options(options));
    for (const auto& port : state->compiled.inputs()) state->inputs.push_back(describe(port));
    for (const auto& port : state->compiled.outputs()) state->outputs.push_back(describe(port));
    LINEGUARD_TRY(check_ports(files.name, state->compiled));
    for (int i = 0; i < options.parallel_requests; ++i) state->idle.push_back(state->compiled.create_infer_request());
    return Network(std::move(state));
  } catch (const std::exception& error) {
    return error_of(files.name, "not a network that can be run", ErrorCode::corrupt_data, error);
  }
}

const std::vector<TensorInfo>& Network::inputs() const {
  return state_->inputs;
}
const std::vector<TensorInfo>& Network::outputs() const {
  return state_->outputs;
}

Result<std::vector<Tensor>> Network::run(std::span<const std::uint8_t> input,
                                         const std::vector<std::int64_t>& shape) const {
  if (!fits(shape, state_->inputs[0], input.size())) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("the network takes {}, it was given {} in {} bytes",
                                  shape_text(state_->inputs[0].shape), shape_text(shape), input.size()));
  }
  ov::InferRequest request = state_->take();
  try {
    // The runtime only reads an input tensor.
    auto* pixels = const_cast<std::uint8_t*>(input.data());
    request.set_input_tensor(ov::Tensor(ov::element::u8, ov::Shape(shape.begin(), shape.end()), pixels));
    request.infer();
    std::vector<Tensor> outputs;
    for (std::size_t i = 0; i < state_->outputs.size(); ++i) outputs.push_back(copy_out(request.get_output_tensor(i)));
    state_->put_back(std::move(request));
    return outputs;
  } catch (const std::exception& error) {
    state_->put_back(std::move(request));
    return error_of("the network", "it failed", ErrorCode::internal, error);
  }
}

std::string runtime_description() {
  static const std::string description = [] {
    std::string cpu = "unknown CPU", line;
    std::ifstream info("/proc/cpuinfo");
    while (std::getline(info, line)) {
      if (line.starts_with("model name")) {
        cpu = line.substr(line.find(':') + 2);
        break;
      }
    }
    const char* vectors = __builtin_cpu_supports("avx512f") ? "AVX-512"
                          : __builtin_cpu_supports("avx2")  ? "AVX2"
                                                            : "SSE";
    return fmt::format("OpenVINO {}, {}, {}, f32", ov::get_openvino_version().buildNumber, cpu, vectors);
  }();
  return description;
}

}  // namespace lineguard::infer
