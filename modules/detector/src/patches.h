// Patch features of pictures, as float rows: one row a cell of the grid.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>
#include <lineguard/infer/network.h>
#include <lineguard/package/package.h>

namespace lineguard::detector {

// rows * columns floats, row by row.
struct Matrix {
  std::size_t rows = 0, columns = 0;
  std::vector<float> values;

  Matrix() = default;
  Matrix(std::size_t row_count, std::size_t column_count)
      : rows(row_count), columns(column_count), values(row_count * column_count) {}
  std::span<float> row(std::size_t i) { return {values.data() + i * columns, columns}; }
  std::span<const float> row(std::size_t i) const { return {values.data() + i * columns, columns}; }
};

void append_rows(Matrix& matrix, const Matrix& more);

// What the feature graph gives for one tile; what it has no output for is empty.
struct Features {
  Matrix patches;     // [cells, channels]
  Matrix dense;       // [dense cells, dense channels]
  Matrix pooled;      // [1, pooled channels]
  Matrix brightness;  // [1, areas]
};

// The feature graph, ready to run. Thread-safe.
class FeatureExtractor {
 public:
  // One core an inference, so that the features do not depend on the number of threads; `parallel` of them at once.
  static Result<FeatureExtractor> load(const std::filesystem::path& feature_graph,
                                       const package::Preprocessing& preprocessing, int parallel);
  // Of one picture: the patches of its tiles, one after the other, and the brightness of the last.
  Result<Features> extract(const Image& image) const;
  // Everything there is of a tile that prepare_tile() made.
  Result<Features> extract_all(const std::vector<std::uint8_t>& tile) const;
  const package::Preprocessing& preprocessing() const { return preprocessing_; }

 private:
  FeatureExtractor(infer::Network network, package::Preprocessing preprocessing);
  infer::Network network_;
  package::Preprocessing preprocessing_;
};

}  // namespace lineguard::detector
