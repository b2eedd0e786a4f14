// Random numbers and choices that are the same on every machine: standard distributions differ between libraries.
#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <utility>
#include <vector>

namespace lineguard::detector {

inline double between(double low, double high, std::mt19937_64& random) {
  return low + (high - low) * (static_cast<double>(random() >> 11) * 0x1p-53);
}

// Keeps `count` items, all where there are fewer: the first steps of a Fisher-Yates shuffle.
template <typename T>
void keep_random(std::vector<T>& items, std::size_t count, std::mt19937_64& random) {
  count = std::min(count, items.size());
  for (std::size_t i = 0; i < count; ++i) std::swap(items[i], items[i + random() % (items.size() - i)]);
  items.resize(count);
}

}  // namespace lineguard::detector
