// Kernel ridge regression (Saunders, Gammerman and Vovk 1998): judges whole pictures. From a few thousand pictures at
// most it is better than a network, in closed form, and has nothing to stop early.
#pragma once

#include <cstdint>
#include <vector>

#include <lineguard/features/feature_extractor.h>

namespace lineguard::detector {
using features::Matrix;

// value = bias + sum over rows of weight * exp(-precision * |z - row|^2), z = clamp((x - mean) * factor) * directions
struct KernelRidge {
  static constexpr float kFarthest = 6;  // deviations; what is farther counts as that far
  std::vector<float> mean, factor;       // [inputs]
  Matrix directions;                     // [inputs, main directions]
  Matrix rows;                           // [kept, main directions]
  float precision = 1;
  std::vector<float> weights;  // [kept]
  float bias = 0;

  // [rows, inputs] -> one value a row
  std::vector<float> apply(const Matrix& x) const;
};

// The main directions are found at random (Halko, Martinsson and Tropp 2011), the kernel's width is the median distance
// of the rows, and where there are more rows than kept ones the kept ones are a random choice that explains all
// (subset of regressors, Smola and Schölkopf 2000). REQUIRES at least two rows and targets.size() == x.rows. One
// thread, deterministic for a seed; beside x it needs memory for a standardised copy of it.
KernelRidge fit_kernel_ridge(const Matrix& x, const std::vector<double>& targets, std::uint64_t seed);

}  // namespace lineguard::detector
