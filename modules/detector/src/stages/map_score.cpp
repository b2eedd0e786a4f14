#include "graph_stages.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include <openvino/opsets/opset13.hpp>

#include <lineguard/detector/map_score.h>

namespace lineguard::detector {
using namespace features;
namespace {

constexpr double kUsual = 0.5, kStriking = 0.999;  // shares of good parts' cells below the levels
constexpr float kPlaceExponent = 0.3F;

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

std::vector<float> smoothed(std::vector<float> map, int grid, double sigma_cells) {
  if (sigma_cells <= 0) return map;
  const auto kernel = gaussian_kernel(sigma_cells);
  return blur(blur(map, grid, kernel, false), grid, kernel, true);
}

std::vector<float> weighted(const Head& head, std::vector<float> map) {
  for (std::size_t i = 0; i < head.place_weights.size(); ++i) map[i] *= head.place_weights[i];
  return map;
}

// What a faint defect adds to its cells is seen in their mean; one that stands out keeps its outline (docs/adr/0026).
std::vector<float> smoothed_where_usual(const Head& head, std::vector<float> map) {
  std::vector<float> narrow = smoothed(map, head.grid_cells, head.smoothing_cells);
  if (!head.levels || head.smoothing_cells <= 0) return narrow;
  const std::vector<float> wide = smoothed(map, head.grid_cells, kWiderWhereUsual * head.smoothing_cells);
  const auto usual = static_cast<float>(head.levels->usual);
  const auto range = static_cast<float>(head.levels->striking - head.levels->usual);
  for (std::size_t cell = 0; cell < map.size(); ++cell) {
    const float strikes = std::clamp((narrow[cell] - usual) / range, 0.0F, 1.0F);
    map[cell] = wide[cell] + strikes * (map[cell] - wide[cell]);
  }
  return map;
}

}  // namespace

std::vector<float> gaussian_kernel(double sigma_cells) {
  const int radius = std::max(1, static_cast<int>(std::ceil(3 * sigma_cells)));
  std::vector<float> kernel;
  double sum = 0;
  for (int i = -radius; i <= radius; ++i) sum += std::exp(-i * i / (2 * sigma_cells * sigma_cells));
  for (int i = -radius; i <= radius; ++i) {
    kernel.push_back(static_cast<float>(std::exp(-i * i / (2 * sigma_cells * sigma_cells)) / sum));
  }
  return kernel;
}

double mean_of_highest(std::vector<float> cells, int count) {
  const auto top = std::min(static_cast<std::size_t>(std::max(count, 1)), cells.size());
  std::partial_sort(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(top), cells.end(), std::greater<>());
  return std::accumulate(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(top), 0.0) /
         static_cast<double>(top);
}

MapScore score_distances(const Head& head, Distances distances) {
  return {
      smoothed_where_usual(head, weighted(head, std::move(distances.for_map))),
      mean_of_highest(smoothed(std::move(distances.for_score), head.grid_cells, head.smoothing_cells), head.top_cells)};
}

std::vector<float> fit_place_weights(const Head& head, const std::vector<const std::vector<float>*>& maps) {
  std::vector<float> mean(maps.front()->size());
  for (const std::vector<float>* map : maps) {
    for (std::size_t cell = 0; cell < mean.size(); ++cell) mean[cell] += (*map)[cell] / static_cast<float>(maps.size());
  }
  std::vector<float> weights = smoothed(std::move(mean), head.grid_cells, head.smoothing_cells);
  const float all = std::accumulate(weights.begin(), weights.end(), 0.0F) / static_cast<float>(weights.size());
  for (float& weight : weights) weight = all > 0 ? std::pow(weight / all, kPlaceExponent) : 1;
  return weights;
}

MapLevels fit_map_levels(const Head& head, const std::vector<const std::vector<float>*>& maps) {
  std::vector<float> cells;
  for (const std::vector<float>* map : maps) {
    const auto narrow = smoothed(weighted(head, *map), head.grid_cells, head.smoothing_cells);
    cells.insert(cells.end(), narrow.begin(), narrow.end());
  }
  const auto at = [&cells](double share) {
    const auto place = cells.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(cells.size() - 1));
    std::ranges::nth_element(cells, place);
    return static_cast<double>(*place);
  };
  const double usual = at(kUsual), striking = at(kStriking);
  return {usual, std::max(striking, usual + std::max(1e-6, 1e-3 * std::abs(usual)))};
}

MapScore score_by_nearest(const Head& head, const Matrix& patches) {
  const std::vector<float> distances = distances_for_score(head.bank, patches);
  return score_distances(head, {distances, distances});
}

MapScore score_patches(const Head& head, const Matrix& patches) {
  return score_distances(head, distances_to(head.bank, patches));
}

namespace graph {
namespace op = ov::opset13;
namespace {

// Separable Gaussian with the border cells repeated. map: [1, 1, grid, grid].
Value smoothed(Value map, double sigma_cells) {
  if (sigma_cells <= 0) return map;
  const std::vector<float> kernel = gaussian_kernel(sigma_cells);
  const std::size_t side = kernel.size();
  const auto margin = static_cast<std::int64_t>(side / 2);
  map = std::make_shared<op::Pad>(map, indices({0, 0, margin, margin}), indices({0, 0, margin, margin}),
                                  ov::op::PadMode::EDGE);
  for (const ov::Shape& shape : {ov::Shape{1, 1, side, 1}, ov::Shape{1, 1, 1, side}}) {
    map = std::make_shared<op::Convolution>(map, constant<float>(shape, kernel), ov::Strides{1, 1},
                                            ov::CoordinateDiff{0, 0}, ov::CoordinateDiff{0, 0}, ov::Strides{1, 1});
  }
  return map;
}

// [1, cells, 1] -> [1, 1, grid, grid]
Value as_map(const Value& distances, const Head& head) {
  const auto grid = static_cast<std::int64_t>(head.grid_cells);
  return std::make_shared<op::Reshape>(distances, indices({1, 1, grid, grid}), false);
}

// smoothed_where_usual() of map_score.cpp.
Value smoothed_where_usual(Value map, const Head& head) {
  if (!head.place_weights.empty())
    map = std::make_shared<op::Multiply>(map, constant<float>(map.get_shape(), head.place_weights));
  if (!head.levels || head.smoothing_cells <= 0) return smoothed(map, head.smoothing_cells);
  const double range = head.levels->striking - head.levels->usual;
  const Value strikes = std::make_shared<op::Clamp>(
      line(smoothed(map, head.smoothing_cells), 1 / range, -head.levels->usual / range), 0.0, 1.0);
  const Value wide = smoothed(map, kWiderWhereUsual * head.smoothing_cells);
  const Value sharper = std::make_shared<op::Multiply>(strikes, std::make_shared<op::Subtract>(map, wide));
  return std::make_shared<op::Add>(wide, sharper);
}

}  // namespace

MapAndScore add_to_graph(const Head& head, const CellDistances& distances) {
  const auto grid = static_cast<std::int64_t>(head.grid_cells);
  const Value ranked = smoothed(as_map(distances.for_score, head), head.smoothing_cells);
  return {smoothed_where_usual(as_map(distances.for_map, head), head),
          features::graph::mean_of_highest(ranked, head.top_cells, grid * grid)};
}

}  // namespace graph

}  // namespace lineguard::detector
