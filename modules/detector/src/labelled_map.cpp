#include <algorithm>
#include <cstddef>

#include <lineguard/detector/labelled_map.h>

namespace lineguard::detector {
using namespace features;

// Rows first, then columns.
std::vector<float> highest_nearby(const std::vector<float>& map, int side, int reach) {
  std::vector<float> rows(map.size()), all(map.size());
  const auto at = [side](int y, int x) {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(side) + static_cast<std::size_t>(x);
  };
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      rows[at(y, x)] = map[at(y, x)];
      for (int k = std::max(0, x - reach); k <= std::min(side - 1, x + reach); ++k)
        rows[at(y, x)] = std::max(rows[at(y, x)], map[at(y, k)]);
    }
  }
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      all[at(y, x)] = rows[at(y, x)];
      for (int k = std::max(0, y - reach); k <= std::min(side - 1, y + reach); ++k)
        all[at(y, x)] = std::max(all[at(y, x)], rows[at(k, x)]);
    }
  }
  return all;
}

std::vector<float> fused_cells(const CellFusion& fusion, const std::vector<float>& logits,
                               const std::vector<float>& distances) {
  std::vector<float> fused(logits.size());
  for (std::size_t cell = 0; cell < fused.size(); ++cell)
    fused[cell] = static_cast<float>(fusion.at(logits[cell], distances[cell]));
  return fused;
}

std::vector<float> joined_map(const LabelledHead& head, const std::vector<float>& logits,
                              const std::vector<float>& distances) {
  const auto level = static_cast<float>(head.map_floor.level), cell_level = static_cast<float>(head.cell_level);
  std::vector<float> map = fused_cells(head.cell_fusion, logits, distances), agreed(map.size());
  for (std::size_t cell = 0; cell < map.size(); ++cell)
    agreed[cell] = std::min(logits[cell] - cell_level, map[cell] - level);
  const auto known = highest_nearby(agreed, head.dense_cells, head.reach_cells);
  for (std::size_t cell = 0; cell < map.size(); ++cell) {
    const auto floor = static_cast<float>(head.map_floor.modest_at(distances[cell]));
    const float outlined = level + std::max(logits[cell] - cell_level, -LabelledHead::kOutlineDepth);
    map[cell] = known[cell] > 0 ? std::min(map[cell], outlined) : std::max(map[cell], floor);
  }
  return map;
}

}  // namespace lineguard::detector
