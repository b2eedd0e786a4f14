#include "map_score.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace lineguard::detector {
namespace {

// One direction of the separable Gaussian; stride 1 goes along rows, stride `grid` down columns.
std::vector<float> blur(const std::vector<float>& map, int grid, const std::vector<float>& kernel, bool along_rows) {
  const int radius = static_cast<int>(kernel.size()) / 2;
  const auto cell = [grid](int x, int y) {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(grid) + static_cast<std::size_t>(x);
  };
  std::vector<float> out(map.size());
  for (int y = 0; y < grid; ++y) {
    for (int x = 0; x < grid; ++x) {
      float sum = 0;
      for (std::size_t i = 0; i < kernel.size(); ++i) {
        const int offset = static_cast<int>(i) - radius;
        const int near_x = along_rows ? std::clamp(x + offset, 0, grid - 1) : x;
        const int near_y = along_rows ? y : std::clamp(y + offset, 0, grid - 1);
        sum += kernel[i] * map[cell(near_x, near_y)];
      }
      out[cell(x, y)] = sum;
    }
  }
  return out;
}

std::vector<float> smoothed(const Head& head, std::vector<float> distances) {
  for (std::size_t i = 0; i < head.cell_weights.size(); ++i) distances[i] *= head.cell_weights[i];
  if (head.smoothing_cells <= 0) return distances;
  const auto kernel = gaussian_kernel(head.smoothing_cells);
  return blur(blur(distances, head.grid_cells, kernel, false), head.grid_cells, kernel, true);
}

double mean_of_highest(const Head& head, std::vector<float> cells) {
  const auto top = std::min(static_cast<std::size_t>(std::max(head.top_cells, 1)), cells.size());
  std::partial_sort(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(top), cells.end(), std::greater<>());
  return std::accumulate(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(top), 0.0) /
         static_cast<double>(top);
}

}  // namespace

MapScore score_distances(const Head& head, Distances distances) {
  return {smoothed(head, std::move(distances.for_map)),
          mean_of_highest(head, smoothed(head, std::move(distances.for_score)))};
}

MapScore score_by_nearest(const Head& head, const Matrix& patches) {
  std::vector<float> map = smoothed(head, distances_for_score(head.bank, patches));
  const double score = mean_of_highest(head, map);
  return {std::move(map), score};
}

MapScore score_patches(const Head& head, const Matrix& patches) {
  return score_distances(head, distances_to(head.bank, patches));
}

}  // namespace lineguard::detector
