#include "graph_stages.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <openvino/opsets/opset13.hpp>

#include <lineguard/core/check.h>
#include <lineguard/detector/brightness.h>
#include <lineguard/detector/map_score.h>
#include <lineguard/features/preprocess.h>
#include <lineguard/imaging/transform.h>
#include <lineguard/stats/quantile.h>

namespace lineguard::detector {
using namespace features;
namespace {

// Areas that hardly vary between few good pictures must not count without bounds: to each spread come twice the mean
// one and 2 %.
constexpr double kMeanSpreads = 2, kLeastSpread = 0.02;
constexpr double kUsual = 0.9;  // share of good pictures whose highest distance is usual

double between_quartiles(const std::vector<double>& values) {
  return stats::quantile(values, 0.75) - stats::quantile(values, 0.25);
}

}  // namespace

Brightness fit_brightness(const Matrix& profiles) {
  LINEGUARD_CHECK(profiles.rows >= 1, "brightness is fitted to a picture or more");
  const auto n = static_cast<double>(profiles.rows);
  Brightness fitted;
  std::vector<double> deviations;
  for (std::size_t area = 0; area < profiles.columns; ++area) {
    double sum = 0, squares = 0;
    for (std::size_t row = 0; row < profiles.rows; ++row) sum += profiles.row(row)[area];
    for (std::size_t row = 0; row < profiles.rows; ++row) squares += std::pow(profiles.row(row)[area] - sum / n, 2);
    fitted.mean.push_back(static_cast<float>(sum / n));
    deviations.push_back(std::sqrt(squares / n));
  }
  double mean = 0;
  for (const double deviation : deviations) mean += deviation / static_cast<double>(deviations.size());
  for (const double deviation : deviations)
    fitted.spread.push_back(static_cast<float>(std::hypot(deviation, kMeanSpreads * mean, kLeastSpread)));
  return fitted;
}

std::vector<float> brightness_distances(const Brightness& brightness, std::span<const float> profile) {
  std::vector<float> distances;
  for (std::size_t area = 0; area < profile.size(); ++area)
    distances.push_back(std::abs(profile[area] - brightness.mean[area]) / brightness.spread[area]);
  return distances;
}

void add_brightness(const Brightness& brightness, const std::vector<float>& distances, int grid_cells,
                    MapScore& scored) {
  scored.score += brightness.weight * std::ranges::max(distances);
  FloatMap excess{{kBrightnessAreas, kBrightnessAreas}, {}};
  for (const float distance : distances)
    excess.values.push_back(std::max(0.0F, distance - static_cast<float>(brightness.usual)));
  const FloatMap cells = imaging::resize_map(excess, {grid_cells, grid_cells});
  for (std::size_t cell = 0; cell < scored.map.size(); ++cell)
    scored.map[cell] += static_cast<float>(brightness.weight) * cells.values[cell];
}

void weigh_brightness(const std::vector<double>& scores, const std::vector<double>& highest, double share,
                      Brightness& brightness) {
  const double varies = between_quartiles(highest);
  brightness.usual = stats::quantile(highest, kUsual);
  brightness.weight = varies > 1e-6 ? share * between_quartiles(scores) / varies : 0;
}

std::string describe_brightness(bool counts, double share, double gain) {
  if (counts) {
    return fmt::format("counts {} of what patches do: a defect that shows in both needs to stand out {:.0f} % less",
                       share, 100 * gain);
  }
  if (gain >= 0) return "left out: good parts don't tell how much it should count";
  return fmt::format(
      "left out: it differs so much between good parts that a defect would need to stand out {:.0f} % more",
      -100 * gain);
}

namespace graph {
namespace op = ov::opset13;
// add_brightness() of brightness.h. profile: [1, areas]
void add_to_graph(const Brightness& brightness, const Value& profile, int grid_cells, Answer& answer) {
  const Value away = std::make_shared<op::Subtract>(profile, row_of(brightness.mean));
  const Value distances = std::make_shared<op::Divide>(std::make_shared<op::Abs>(away), row_of(brightness.spread));
  answer.brightness = std::make_shared<op::ReduceMax>(distances, indices({1}), false);
  if (brightness.weight <= 0) return;  // labels say what it counts
  Value excess = std::make_shared<op::Relu>(line(distances, 1, -brightness.usual));
  excess = std::make_shared<op::Reshape>(excess, indices({1, 1, kBrightnessAreas, kBrightnessAreas}), false);
  answer.score = std::make_shared<op::Add>(answer.score, line(answer.brightness, brightness.weight, 0));
  answer.map = std::make_shared<op::Add>(answer.map, line(resized_to(excess, grid_cells), brightness.weight, 0));
}

}  // namespace graph

}  // namespace lineguard::detector
