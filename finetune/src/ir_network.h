// An OpenVINO network (.xml and .bin) as something torch can train: the layers are run as they stand in the file, the
// weights of convolutions and what is added to their channels are parameters, and saving puts trained values where
// they were read from. So what comes out is the same network with other numbers.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <torch/types.h>

#include <lineguard/core/result.h>

namespace lineguard::finetune {

class IrNetwork {
 public:
  // `outputs`: names of layers or of their tensors. Layers that lead to `frozen_to` (empty: none) are not trained.
  // Errors: not_found, corrupt_data (not a network, weights cut off or not finite, no such layer), unsupported (an
  // operation or a precision that is not known here: the message names it).
  static Result<IrNetwork> load(const std::filesystem::path& xml_file, const std::vector<std::string>& outputs,
                                const std::string& frozen_to);
  IrNetwork(IrNetwork&&) noexcept;
  IrNetwork& operator=(IrNetwork&&) noexcept;
  ~IrNetwork();

  // tiles: u8 [n, height, width, 3]; the outputs as f32 [n, channels, h, w], in the order asked for.
  std::vector<torch::Tensor> forward(const torch::Tensor& tiles) const;
  // In the order of the file.
  std::vector<torch::Tensor> parameters() const;
  // Writes the network with its present weights. Errors: those of write_file_atomically().
  Result<void> save(const std::filesystem::path& xml_file) const;

 private:
  struct Layers;
  explicit IrNetwork(std::unique_ptr<Layers> layers);
  std::unique_ptr<Layers> layers_;
};

}  // namespace lineguard::finetune
