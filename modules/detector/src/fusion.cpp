#include "fusion.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>

#include <lineguard/stats/quantile.h>

namespace lineguard::detector {
namespace {

constexpr std::size_t kInputs = 4;
constexpr double kShrinkage = 0.01;
constexpr int kSteps = 3000;

std::array<double, kInputs> inputs_of(const PartialScores& scores) {
  return {scores.distance, scores.patch, scores.picture, scores.brightness};
}

struct Moments {
  double mean = 0, deviation = 1;
};

template <typename Values, typename Get>
Moments moments_of(const Values& values, Get get) {
  double sum = 0, squares = 0;
  for (const auto& value : values) sum += get(value);
  const double n = static_cast<double>(values.size()), mean = sum / n;
  for (const auto& value : values) squares += (get(value) - mean) * (get(value) - mean);
  const double deviation = std::sqrt(squares / n);
  return {mean, deviation > 1e-9 ? deviation : 1};
}

}  // namespace

// Projected gradient descent: four weights on standardised scores, so that a fixed step is safe.
Fusion fit_fusion(const std::vector<PartialScores>& pictures) {
  std::array<Moments, kInputs> moments;
  for (std::size_t k = 0; k < kInputs; ++k) {
    moments[k] = moments_of(pictures, [k](const PartialScores& scores) { return inputs_of(scores)[k]; });
  }
  std::array<double, kInputs> weights{};
  double bias = 0;
  const double n = static_cast<double>(pictures.size());
  for (int step = 0; step < kSteps; ++step) {
    std::array<double, kInputs> gradient{};
    double at_bias = 0;
    for (const PartialScores& scores : pictures) {
      const auto raw = inputs_of(scores);
      std::array<double, kInputs> x{};
      for (std::size_t k = 0; k < kInputs; ++k) x[k] = (raw[k] - moments[k].mean) / moments[k].deviation;
      const double odds = std::inner_product(x.begin(), x.end(), weights.begin(), bias);
      const double error = 1 / (1 + std::exp(-odds)) - (scores.defective ? 1 : 0);
      at_bias += error / n;
      for (std::size_t k = 0; k < kInputs; ++k) gradient[k] += error * x[k] / n;
    }
    bias -= at_bias;
    for (std::size_t k = 0; k < kInputs; ++k)
      weights[k] = std::max(0.0, weights[k] - (gradient[k] + kShrinkage * weights[k]));
  }
  Fusion fusion;
  const std::array<double*, kInputs> out{&fusion.distance, &fusion.patch, &fusion.picture, &fusion.brightness};
  fusion.bias = bias;
  for (std::size_t k = 0; k < kInputs; ++k) {
    *out[k] = weights[k] / moments[k].deviation;
    fusion.bias -= *out[k] * moments[k].mean;
  }
  return fusion;
}

double fused_score(const Fusion& fusion, const PartialScores& scores) {
  return fusion.bias + fusion.distance * scores.distance + fusion.patch * scores.patch +
         fusion.picture * scores.picture + fusion.brightness * scores.brightness;
}

Floor fit_floor(const std::vector<double>& distances, const std::vector<double>& scores, double share, double level) {
  const auto itself = [](double value) { return value; };
  Floor floor;
  floor.distance = stats::quantile(distances, share);
  floor.level = level;
  floor.slope = moments_of(scores, itself).deviation / moments_of(distances, itself).deviation;
  return floor;
}

double best_threshold(const std::vector<float>& values, const std::vector<bool>& is_defect) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  const auto defects = static_cast<double>(std::ranges::count(is_defect, true));
  double best = 0, hits = 0, threshold = values.empty() ? 0 : values[order[0]];
  for (std::size_t i = 0; i < order.size(); ++i) {
    hits += is_defect[order[i]] ? 1 : 0;
    const double f1 = 2 * hits / (static_cast<double>(i + 1) + defects);
    if (f1 <= best) continue;
    best = f1;
    threshold = i + 1 < order.size() ? (values[order[i]] + values[order[i + 1]]) / 2 : values[order[i]] - 1e-3;
  }
  return threshold;
}

}  // namespace lineguard::detector
