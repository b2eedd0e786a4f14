// Pictures that show the same, by embedding and regions.
#pragma once

#include <cstddef>
#include <vector>

#include <lineguard/features/feature_extractor.h>

namespace lineguard::verify {
using features::Matrix;

struct SimilarPair {
  std::size_t a = 0, b = 0;  // a < b
  double difference = 0;     // of their most different region, gray levels
};

// `embeddings` [pictures, dimensions]; `regions` [pictures, regions]: mean gray of each region. A pair is similar where
// either is the other's nearest neighbour by embedding and their most different region differs by less than a quarter
// of what it does between typical nearest neighbours. Both distances count. Blocked matrix products, n^2 time; memory
// does not depend on n beyond the inputs. Most similar first.
std::vector<SimilarPair> find_near_duplicates(const Matrix& embeddings, const Matrix& regions, int threads);

}  // namespace lineguard::verify
