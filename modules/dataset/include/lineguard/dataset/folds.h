// Folds for cross-fitting: all pictures of a part are in one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lineguard::dataset {

// A fold a part, balanced and independent of the order of the parts.
std::vector<int> assign_folds(const std::vector<std::string>& parts, int folds, std::uint64_t seed);

struct FoldedPicture {
  std::string part;
  bool good = true;
};

// A fold a picture: parts with a good picture are dealt out first, then those with defective ones alone.
std::vector<int> deal_folds(const std::vector<FoldedPicture>& pictures, int folds, std::uint64_t seed);

}  // namespace lineguard::dataset
