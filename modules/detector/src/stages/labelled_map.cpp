#include "graph_stages.h"

#include <algorithm>
#include <cstddef>

#include <openvino/opsets/opset13.hpp>

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

namespace graph {
namespace op = ov::opset13;
namespace {

Value modest_floor_of(const Value& distance, const Floor& floor) {
  const Value above = line(distance, floor.slope, -floor.slope * floor.distance);
  const Value positive = std::make_shared<op::Relu>(above);
  const Value rise = std::make_shared<op::Log>(std::make_shared<op::Add>(positive, scalar(1)));
  const Value below = std::make_shared<op::Minimum>(above, scalar(0));
  return line(std::make_shared<op::Add>(rise, below), 1, floor.level);
}

// Of each cell the highest value within `reach` cells, [1, 1, grid, grid].
Value highest_within(const Value& map, int reach) {
  const auto margin = static_cast<std::size_t>(reach), side = 2 * margin + 1;
  const ov::Strides step{1, 1};
  return std::make_shared<op::MaxPool>(map, step, step, ov::Shape{margin, margin}, ov::Shape{margin, margin},
                                       ov::Shape{side, side})
      ->output(0);
}

}  // namespace

// Log odds of cells and distances to the map, all [1, 1, grid, grid]: joined_map() above.
Value joined_map_in_graph(const LabelledHead& head, const Value& logits, const Value& distances) {
  const CellFusion& fusion = head.cell_fusion;
  const double level = head.map_floor.level;
  const Value fused =
      std::make_shared<op::Add>(line(logits, fusion.logit, fusion.bias), line(distances, fusion.distance, 0));
  const Value above = line(logits, 1, -head.cell_level);
  const Value agreed = std::make_shared<op::Minimum>(above, line(fused, 1, -level));
  const Value known = std::make_shared<op::Greater>(highest_within(agreed, head.reach_cells), scalar(0));
  const Value depth = std::make_shared<op::Maximum>(above, scalar(-LabelledHead::kOutlineDepth));
  const Value outlined = std::make_shared<op::Minimum>(fused, line(depth, 1, level));
  const Value raised = std::make_shared<op::Maximum>(fused, modest_floor_of(distances, head.map_floor));
  return std::make_shared<op::Select>(known, outlined, raised);
}

}  // namespace graph

}  // namespace lineguard::detector
