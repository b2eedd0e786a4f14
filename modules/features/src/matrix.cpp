#include <algorithm>

#include <lineguard/features/matrix.h>

namespace lineguard::features {

void append_rows(Matrix& matrix, const Matrix& more) {
  if (more.rows == 0) return;  // without rows there may be no columns
  matrix.columns = more.columns;
  matrix.rows += more.rows;
  matrix.values.insert(matrix.values.end(), more.values.begin(), more.values.end());
}

Matrix take_rows(const Matrix& matrix, const std::vector<std::size_t>& rows) {
  Matrix taken(rows.size(), matrix.columns);
  for (std::size_t i = 0; i < rows.size(); ++i) std::ranges::copy(matrix.row(rows[i]), taken.row(i).begin());
  return taken;
}

}  // namespace lineguard::features
