// Matrices as Eigen sees them. Include it from .cpp files alone: Eigen is heavy.
#pragma once

#include <algorithm>
#include <vector>

#include <Eigen/Dense>

#include <lineguard/features/feature_extractor.h>

namespace lineguard::features {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Row = Eigen::RowVectorXf;

inline Eigen::Map<const RowMajor> view(const Matrix& matrix) {
  return {matrix.values.data(), static_cast<Eigen::Index>(matrix.rows), static_cast<Eigen::Index>(matrix.columns)};
}

inline Eigen::Map<const Row> view(const std::vector<float>& values) {
  return {values.data(), static_cast<Eigen::Index>(values.size())};
}

inline Matrix to_matrix(const RowMajor& values) {
  Matrix matrix(static_cast<std::size_t>(values.rows()), static_cast<std::size_t>(values.cols()));
  std::copy(values.data(), values.data() + values.size(), matrix.values.begin());
  return matrix;
}

inline std::vector<float> to_vector(const Row& values) {
  return {values.data(), values.data() + values.size()};
}

}  // namespace lineguard::features
