// What judges the backbone's layers while it is trained: one small network a cell, one on the whole picture. They are
// thrown away afterwards; the detector fits its own on the layers as they have become.
#pragma once

#include "job.h"
#include "tiles.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>

namespace lineguard::finetune {

class Heads : public torch::nn::Module {
 public:
  // Channels of the layers, in the job's order.
  Heads(const Job& job, const std::vector<std::int64_t>& cell_channels,
        const std::vector<std::int64_t>& picture_channels);
  // Mean loss of a batch: cross-entropy of the cells, defects and good ones weighing the same, and of the pictures;
  // where there are boxes, 1 - intersection over union of each cell's box too (Yu et al. 2016 by its logarithm).
  torch::Tensor loss(const std::vector<torch::Tensor>& cell_layers, const std::vector<torch::Tensor>& picture_layers,
                     const Batch& batch);

 private:
  torch::Tensor cell_loss(const std::vector<torch::Tensor>& layers, const Batch& batch);
  int dense_cells_, context_cells_;
  torch::nn::BatchNorm2d cell_norm_{nullptr};
  torch::nn::Conv2d cell_first_{nullptr}, cell_second_{nullptr}, sides_{nullptr};
  torch::nn::BatchNorm1d picture_norm_{nullptr};
  torch::nn::Linear picture_{nullptr};
  torch::nn::Dropout dropout_{nullptr};
};

}  // namespace lineguard::finetune
