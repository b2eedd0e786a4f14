#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>

#include <lineguard/detector/fusion.h>
#include <lineguard/stats/quantile.h>

namespace lineguard::detector {
using namespace features;
namespace {

constexpr std::size_t kInputs = 4;
constexpr double kShrinkage = 0.01;
constexpr int kSteps = 3000;
// Before any picture has shown its defects, logits count a fifth, as if fifty pictures had told so (docs/adr/0027).
constexpr double kPriorShareOfLogits = 0.2, kPriorPictures = 50;
constexpr std::size_t kMostCells = 20'000;  // of good ones and of defective ones; more tell no more

std::array<double, kInputs> inputs_of(const PartialScores& scores) {
  return {scores.distance, scores.patch, scores.picture, scores.brightness};
}

struct Moments {
  double mean = 0, deviation = 1;
  double standardised(double value) const { return (value - mean) / deviation; }
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

template <std::size_t kCount>
struct Stack {
  double bias = 0;
  std::array<double, kCount> weights{};
};

template <std::size_t kCount>
struct Example {
  std::array<double, kCount> inputs{};
  bool defective = false;
  double weight = 1;
};

// Projected gradient descent: few weights on standardised inputs, so that a fixed step is safe.
template <std::size_t kCount>
Stack<kCount> fit_stack(std::vector<Example<kCount>> examples) {
  std::array<Moments, kCount> moments;
  for (std::size_t k = 0; k < kCount; ++k) {
    moments[k] = moments_of(examples, [k](const auto& example) { return example.inputs[k]; });
  }
  for (Example<kCount>& example : examples) {
    for (std::size_t k = 0; k < kCount; ++k) example.inputs[k] = moments[k].standardised(example.inputs[k]);
  }
  Stack<kCount> stack;
  const double all = std::accumulate(examples.begin(), examples.end(), 0.0,
                                     [](double sum, const auto& example) { return sum + example.weight; });
  for (int step = 0; step < kSteps; ++step) {
    std::array<double, kCount> gradient{};
    double at_bias = 0;
    for (const Example<kCount>& example : examples) {
      const std::array<double, kCount>& x = example.inputs;
      const double odds = std::inner_product(x.begin(), x.end(), stack.weights.begin(), stack.bias);
      const double error = (1 / (1 + std::exp(-odds)) - (example.defective ? 1 : 0)) * example.weight / all;
      at_bias += error;
      for (std::size_t k = 0; k < kCount; ++k) gradient[k] += error * x[k];
    }
    stack.bias -= at_bias;
    for (std::size_t k = 0; k < kCount; ++k)
      stack.weights[k] = std::max(0.0, stack.weights[k] - (gradient[k] + kShrinkage * stack.weights[k]));
  }
  for (std::size_t k = 0; k < kCount; ++k) {
    stack.weights[k] /= moments[k].deviation;
    stack.bias -= stack.weights[k] * moments[k].mean;
  }
  return stack;
}

// How much of the two standardised inputs is the logits': what these pictures say, and what was known before.
double share_of_logits(const std::array<double, 2>& weights, std::size_t pictures) {
  const double told = static_cast<double>(pictures) / (static_cast<double>(pictures) + kPriorPictures);
  const double sum = weights[0] + weights[1];
  const double own = sum > 0 ? weights[0] / sum : kPriorShareOfLogits;
  return told * own + (1 - told) * kPriorShareOfLogits;
}

// Every so many-th of one kind.
std::vector<CellScores> some_of(const std::vector<CellScores>& cells, bool defective, std::size_t count) {
  const std::size_t step = std::max<std::size_t>(1, (count + kMostCells - 1) / kMostCells);
  std::vector<CellScores> some;
  std::size_t place = 0;
  for (const CellScores& cell : cells) {
    if (cell.defective == defective && place++ % step == 0) some.push_back(cell);
  }
  return some;
}

}  // namespace

Fusion fit_fusion(const std::vector<PartialScores>& pictures) {
  std::vector<Example<kInputs>> examples;
  for (const PartialScores& scores : pictures) examples.push_back({inputs_of(scores), scores.defective});
  const auto [bias, weights] = fit_stack(examples);
  return {bias, weights[0], weights[1], weights[2], weights[3]};
}

CellFusion fit_cell_fusion(const std::vector<CellScores>& cells, std::size_t pictures) {
  const auto defects = static_cast<std::size_t>(std::ranges::count_if(cells, &CellScores::defective));
  const std::size_t others = cells.size() - defects;
  const auto good = some_of(cells, false, others), defective = some_of(cells, true, defects);
  const Moments logit = moments_of(good, [](const CellScores& cell) { return cell.logit; });
  const Moments distance = moments_of(good, [](const CellScores& cell) { return cell.distance; });
  std::vector<Example<2>> examples;
  for (const auto* kind : {&good, &defective}) {
    for (const CellScores& cell : *kind) {
      examples.push_back({{logit.standardised(cell.logit), distance.standardised(cell.distance)},
                          cell.defective,
                          1 / static_cast<double>(kind->size())});
    }
  }
  const double share = share_of_logits(fit_stack(examples).weights, pictures);
  std::vector<Example<1>> joined;
  for (const auto& [inputs, is_defect, weight] : examples)
    joined.push_back({{share * inputs[0] + (1 - share) * inputs[1]}, is_defect, weight});
  const auto [bias, slope] = fit_stack(joined);
  CellFusion fusion;
  fusion.logit = slope[0] * share / logit.deviation;
  fusion.distance = slope[0] * (1 - share) / distance.deviation;
  fusion.bias = bias - fusion.logit * logit.mean - fusion.distance * distance.mean +
                std::log(static_cast<double>(defects) / static_cast<double>(others));
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
    const bool tied = i + 1 < order.size() && values[order[i + 1]] == values[order[i]];
    if (tied || f1 <= best) continue;
    best = f1;
    threshold = i + 1 < order.size() ? (values[order[i]] + values[order[i + 1]]) / 2 : values[order[i]] - 1e-3;
  }
  return threshold;
}

}  // namespace lineguard::detector
