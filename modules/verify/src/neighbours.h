// Which rows of a matrix are nearest to one another.
#pragma once

#include <cstddef>
#include <vector>

#include <lineguard/features/feature_extractor.h>

namespace lineguard::verify {
using features::Matrix;

struct Neighbours {
  std::size_t nearest = 0;  // row
  double distance = 0;      // to it
  double tenth = 0;         // to the tenth nearest, or the farthest of fewer
};

// Of each row among the others, Euclidean; 2 rows at least. Blocked matrix products, n^2 time; memory does not depend
// on n beyond the rows and the answer.
std::vector<Neighbours> find_neighbours(const Matrix& rows, int threads);

}  // namespace lineguard::verify
