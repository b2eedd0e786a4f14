// The eight ways a square can be turned and mirrored.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace lineguard::features {

// `values` are side * side cells of `channels` each. Bits of `way`: 1 mirrors left-right, 2 up-down, 4 swaps the axes
// (first). 0 changes nothing. What is behind the cells stays as it is.
template <typename T>
std::vector<T> turned(const std::vector<T>& values, int side, int channels, int way) {
  if (way == 0) return values;
  std::vector<T> out = values;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      int from_x = (way & 1) ? side - 1 - x : x, from_y = (way & 2) ? side - 1 - y : y;
      if (way & 4) std::swap(from_x, from_y);
      const auto from = static_cast<std::size_t>(from_y * side + from_x) * static_cast<std::size_t>(channels);
      const auto to = static_cast<std::size_t>(y * side + x) * static_cast<std::size_t>(channels);
      for (std::size_t i = 0; i < static_cast<std::size_t>(channels); ++i) out[to + i] = values[from + i];
    }
  }
  return out;
}

}  // namespace lineguard::features
