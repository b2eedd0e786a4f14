// A small multi-layer perceptron, trained on the CPU in seconds: what labelled heads are made of.
#pragma once

#include <cstdint>
#include <vector>

#include <lineguard/features/feature_extractor.h>

namespace lineguard::detector {
using features::Matrix;

// logits = relu(x * first + first_bias) * second + second_bias. An ensemble is one wide network: its members stand side
// by side in the hidden layer and `second` takes their mean.
struct Mlp {
  Matrix first;  // [inputs, hidden]
  std::vector<float> first_bias;
  Matrix second;  // [hidden, outputs]
  std::vector<float> second_bias;

  // [rows, inputs] -> [rows, outputs]
  Matrix apply(const Matrix& x) const;
};

// What the outputs are fitted to.
enum class Learns {
  shares,  // cross-entropy between the softmax of the outputs and rows that sum to 1 (shares where experts differ)
  values   // the outputs themselves, by Huber's loss (Huber 1964) with its corner at 1
};

struct MlpOptions {
  Learns learns = Learns::shares;
  int hidden = 64;  // of one member
  int members = 3;
  int epochs = 12;
  int batch = 256;
  double learning_rate = 1e-3;  // falls to 0 as a half cosine (Loshchilov and Hutter 2017)
  double weight_decay = 0.01;   // decoupled (AdamW, Loshchilov and Hutter 2019)
  double dropout = 0.3;         // of hidden units; half as much of inputs
  std::uint64_t seed = 1;
};

// `targets`: [rows, outputs]. Inputs are standardised inside; the returned network takes them raw. REQUIRES at least
// one row and targets.rows == x.rows. One thread, deterministic for a seed.
Mlp fit_mlp(const Matrix& x, const Matrix& targets, const MlpOptions& options);

}  // namespace lineguard::detector
