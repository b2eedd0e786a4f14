#include "heads.h"

#include <numeric>

#include <torch/nn/functional.h>
#include <torch/nn/init.h>

namespace lineguard::finetune {
namespace nn = torch::nn;
using torch::Tensor;
namespace {

constexpr int kHidden = 64;
constexpr double kDropout = 0.3;
constexpr double kLongestLogWay = 6;

std::int64_t sum(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

Tensor onto_grid(const Tensor& x, std::int64_t cells) {
  if (x.size(2) == cells && x.size(3) == cells) return x;
  if (x.size(2) > cells) return torch::adaptive_avg_pool2d(x, {cells, cells});
  return nn::functional::interpolate(x, nn::functional::InterpolateFuncOptions()
                                            .size(std::vector<std::int64_t>{cells, cells})
                                            .mode(torch::kBilinear)
                                            .align_corners(false));
}

Tensor pooled(const std::vector<Tensor>& layers) {
  std::vector<Tensor> parts;
  for (const Tensor& layer : layers) {
    const Tensor flat = layer.flatten(2), mean = flat.mean(2);
    const Tensor deviation = ((flat - mean.unsqueeze(2)).square().mean(2) + 1e-6).sqrt();
    parts.insert(parts.end(), {mean, deviation, flat.amax(2), flat.amin(2)});
  }
  return torch::cat(parts, 1);
}

// 1 - intersection over union of the boxes that cells in defects say and those drawn. found: [n, 4, h, w], drawn:
// [n, h, w, 4], both logarithms.
Tensor box_loss(const Tensor& found, const Tensor& drawn, const Tensor& in_defect) {
  const Tensor counts = in_defect & drawn.isfinite().all(3);
  const Tensor a = found.permute({0, 2, 3, 1}).index({counts}).clamp(-kLongestLogWay, kLongestLogWay).exp();
  const Tensor b = drawn.index({counts}).exp();
  if (a.size(0) == 0) return found.sum() * 0;
  const auto area = [](const Tensor& s) {
    return (s.select(1, 0) + s.select(1, 2)) * (s.select(1, 1) + s.select(1, 3));
  };
  const Tensor common = area(torch::minimum(a, b));
  return (1 - common / (area(a) + area(b) - common)).mean();
}

}  // namespace

Heads::Heads(const Job& job, const std::vector<std::int64_t>& cell_channels,
             const std::vector<std::int64_t>& picture_channels)
    : dense_cells_(job.dense_cells), context_cells_(job.context_cells) {
  dropout_ = register_module("dropout", nn::Dropout(kDropout));
  const std::int64_t pooled_channels = 4 * sum(picture_channels);
  picture_norm_ = register_module("picture_norm", nn::BatchNorm1d(nn::BatchNormOptions(pooled_channels).affine(false)));
  picture_ = register_module("picture", nn::Linear(pooled_channels, 1));
  torch::nn::init::zeros_(picture_->weight);
  torch::nn::init::zeros_(picture_->bias);
  if (job.classes == 0) return;
  const std::int64_t channels = 2 * sum(cell_channels);
  cell_norm_ = register_module("cell_norm", nn::BatchNorm2d(nn::BatchNormOptions(channels).affine(false)));
  cell_first_ = register_module("cell_first", nn::Conv2d(nn::Conv2dOptions(channels, kHidden, 1)));
  if (job.has_sides) sides_ = register_module("sides", nn::Conv2d(nn::Conv2dOptions(kHidden, 4, 1)));
  cell_second_ = register_module("cell_second", nn::Conv2d(nn::Conv2dOptions(kHidden, 1 + job.classes, 1)));
}

Tensor Heads::cell_loss(const std::vector<Tensor>& layers, const Batch& batch) {
  const Tensor& cells = batch.cells;
  std::vector<Tensor> levels;
  for (const Tensor& layer : layers) levels.push_back(onto_grid(layer, dense_cells_));
  const Tensor all = torch::cat(levels, 1);
  const Tensor context = torch::avg_pool2d(all, context_cells_, 1, context_cells_ / 2);
  Tensor hidden = torch::relu(cell_first_->forward(cell_norm_->forward(torch::cat({all, context}, 1))));
  const Tensor logits = cell_second_->forward(dropout_->forward(hidden));
  const auto options = nn::functional::CrossEntropyFuncOptions().ignore_index(-1).reduction(torch::kNone);
  const Tensor losses = nn::functional::cross_entropy(logits, cells, options);
  const auto mean_where = [&](const Tensor& chosen) { return (losses * chosen).sum() / chosen.sum().clamp_min(1); };
  const Tensor of_cells =
      0.5 * (mean_where((cells == 0).to(torch::kFloat32)) + mean_where((cells > 0).to(torch::kFloat32)));
  return sides_ ? of_cells + box_loss(sides_->forward(hidden), batch.sides, cells > 0) : of_cells;
}

Tensor Heads::loss(const std::vector<Tensor>& cell_layers, const std::vector<Tensor>& picture_layers,
                   const Batch& batch) {
  const Tensor logit = picture_->forward(dropout_->forward(picture_norm_->forward(pooled(picture_layers)))).squeeze(1);
  const Tensor of_pictures = torch::binary_cross_entropy_with_logits(logit, batch.defective);
  if (!cell_first_) return of_pictures;
  return of_pictures + cell_loss(cell_layers, batch);
}

}  // namespace lineguard::finetune
