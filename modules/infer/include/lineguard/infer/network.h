// Network: a compiled OpenVINO graph on the CPU. The runtime's types stay behind this header.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard::infer {

enum class Precision { f32, bf16 };  // f32 is pinned unless asked otherwise: the runtime's own default may be bf16

struct NetworkOptions {
  int threads = 1;            // cores one inference may use, >= 1
  int parallel_requests = 1;  // inferences that may run at once, >= 1; each costs memory
  Precision precision = Precision::f32;
};

enum class ElementType { u8, f32, i64 };

struct TensorInfo {
  std::string name;
  ElementType type = ElementType::f32;
  std::vector<std::int64_t> shape;  // -1 where dynamic
};

// A network's files, read: what was hashed is what runs. Nothing is opened again and no file is mapped.
struct NetworkFiles {
  std::string name;                      // the file, for messages
  std::string graph;                     // the text of an OpenVINO .xml, or the bytes of an .onnx file
  std::shared_ptr<const Bytes> weights;  // of the .bin beside the .xml; null: none
};
// Errors: those of read_file(), unsupported (another extension).
Result<NetworkFiles> read_network_files(const std::filesystem::path& model);

// One output of one inference, copied out: valid as long as you keep it.
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

class Network {
 public:
  // `model` is an OpenVINO .xml (its .bin beside it) or an .onnx file, by its extension. Reader and CPU plugin are
  // named: nothing else is tried. Both are read into memory first. Errors: invalid_argument (options), not_found,
  // corrupt_data (not a model, or one the runtime rejects), unsupported (another extension, not exactly one u8 input,
  // an output that is not f32), unavailable (not enough memory or threads).
  static Result<Network> load(const std::filesystem::path& model, const NetworkOptions& options);
  // Also refuses what could run without end or take any memory: loops, shapes that are not fixed by the input or beyond
  // limits.h, more multiplications a run than there (too_large; unsupported for loops).
  static Result<Network> load(const NetworkFiles& files, const NetworkOptions& options);
  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  ~Network();

  const std::vector<TensorInfo>& inputs() const;
  const std::vector<TensorInfo>& outputs() const;  // order of run()'s answer

  // Runs on one u8 input of shape [n, height, width, 3] (or as inputs()[0] says). Thread-safe: at most
  // parallel_requests run at once, further callers wait. Errors: invalid_argument (shape), internal (the runtime
  // failed).
  Result<std::vector<Tensor>> run(std::span<const std::uint8_t> input, const std::vector<std::int64_t>& shape) const;

 private:
  struct State;
  explicit Network(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What the runtime threw over `network`, in words: the lines that name its own sources are left out. `code`, or
// unavailable where there was no memory for it.
Error error_of(const std::string& network, const std::string& complaint, ErrorCode code, const std::exception& error);

// "OpenVINO 2026.4.1, AMD EPYC …, f32": for reports and manifests.
std::string runtime_description();

}  // namespace lineguard::infer
