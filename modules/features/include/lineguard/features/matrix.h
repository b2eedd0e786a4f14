// Rows of float features: one row a cell of the grid, or a picture.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lineguard::features {

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
// The rows with these numbers, in that order.
Matrix take_rows(const Matrix& matrix, const std::vector<std::size_t>& rows);

}  // namespace lineguard::features
