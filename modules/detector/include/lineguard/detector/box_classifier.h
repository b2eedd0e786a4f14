// A small convolutional network that tells the class of a defect from the pixels around it. Whether a scratch runs
// through or stops short is a matter of form, which means over layers do not keep.
#pragma once

#include <cstdint>
#include <vector>

#include <lineguard/features/feature_extractor.h>

namespace lineguard::detector {
using features::Matrix;

// Three times: convolution 3 x 3 with zeros beyond the border, ReLU, the highest of 2 x 2; then one linear layer.
struct BoxClassifier {
  static constexpr int kSide = 24, kChannels = 3, kLastSide = 3;

  struct Layer {
    Matrix weights;  // [inputs, outputs]; of a convolution the inputs are row, column, channel
    std::vector<float> bias;
  };
  std::vector<Layer> convolutions;  // finest first
  Layer linear;                     // inputs: row, column, channel

  // pictures: [n, kSide * kSide * kChannels], row, column, channel, about -1 to 1 -> logits [n, classes]
  Matrix apply(const Matrix& pictures) const;
};

struct BoxClassifierOptions {
  int channels = 16;  // of the first convolution; each further one has twice as many
  int epochs = 40;
  int batch = 128;
  double learning_rate = 2e-3;  // rises over the first tenth, then falls to 0 as a half cosine
  double weight_decay = 0.01;
  double dropout = 0.3;  // before the linear layer
  std::uint64_t seed = 1;
};

// Every batch is turned and mirrored in one of the eight ways. targets: [n, classes], rows that sum to 1. REQUIRES at
// least one row. One thread, deterministic for a seed.
BoxClassifier fit_box_classifier(const Matrix& pictures, const Matrix& targets, const BoxClassifierOptions& options);

}  // namespace lineguard::detector
