#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include <boost/math/special_functions/erf.hpp>
#include <fmt/format.h>

#include <lineguard/stats/roc.h>

namespace lineguard::stats {
namespace {

Result<void> check_scores(std::span<const double> good, std::span<const double> defective) {
  if (good.empty() || defective.empty()) {
    return make_error(ErrorCode::refused, fmt::format("ranking needs good and defective pictures; there are {} and {}",
                                                      good.size(), defective.size()));
  }
  const auto finite = [](double score) { return std::isfinite(score); };
  if (!std::ranges::all_of(good, finite) || !std::ranges::all_of(defective, finite))
    return make_error(ErrorCode::invalid_argument, "a score is not a finite number");
  return {};
}

// The pictures at one distinct score.
struct Step {
  double score = 0;
  std::size_t good = 0, defective = 0;
};

// Highest score first.
std::vector<Step> steps_of(std::span<const double> good, std::span<const double> defective) {
  std::vector<Step> all;
  all.reserve(good.size() + defective.size());
  for (const double score : good) all.push_back({score, 1, 0});
  for (const double score : defective) all.push_back({score, 0, 1});
  std::ranges::sort(all, std::greater<>(), &Step::score);
  std::vector<Step> steps;
  for (const Step& one : all) {
    if (steps.empty() || steps.back().score != one.score) steps.push_back({one.score, 0, 0});
    steps.back().good += one.good;
    steps.back().defective += one.defective;
  }
  return steps;
}

// Which distinct score each picture has: 0 for the lowest.
struct Ranks {
  std::size_t distinct = 0;
  std::vector<std::size_t> good, defective;
};

Ranks ranks_of(std::span<const double> good, std::span<const double> defective) {
  std::vector<double> scores(good.begin(), good.end());
  scores.insert(scores.end(), defective.begin(), defective.end());
  std::ranges::sort(scores);
  scores.erase(std::unique(scores.begin(), scores.end()), scores.end());
  const auto rank = [&](double score) {
    return static_cast<std::size_t>(std::ranges::lower_bound(scores, score) - scores.begin());
  };
  Ranks ranks{scores.size(), {}, {}};
  for (const double score : good) ranks.good.push_back(rank(score));
  for (const double score : defective) ranks.defective.push_back(rank(score));
  return ranks;
}

// The part of each score, and how many parts there are.
struct Parts {
  std::vector<std::size_t> of;
  std::size_t count = 0;
};

Parts parts_of(std::size_t scores, const std::vector<std::size_t>& numbers) {
  LINEGUARD_CHECK(numbers.empty() || numbers.size() == scores, "every score has a part number, or none has");
  if (!numbers.empty()) return {numbers, *std::ranges::max_element(numbers) + 1};
  Parts parts{std::vector<std::size_t>(scores), scores};
  std::iota(parts.of.begin(), parts.of.end(), std::size_t{0});
  return parts;
}

// AUROC of a resample of parts, in time linear in the number of pictures.
double auroc_of(const Ranks& ranks, const Parts& good_parts, const Parts& defective_parts,
                const ResampleCounts& drawn) {
  std::vector<double> good(ranks.distinct), defective(ranks.distinct);
  for (std::size_t i = 0; i < ranks.good.size(); ++i) good[ranks.good[i]] += drawn[0][good_parts.of[i]];
  for (std::size_t i = 0; i < ranks.defective.size(); ++i)
    defective[ranks.defective[i]] += drawn[1][defective_parts.of[i]];
  double below = 0, found = 0, pairs = 0;
  for (std::size_t rank = 0; rank < ranks.distinct; ++rank) {
    pairs += defective[rank] * (below + 0.5 * good[rank]);
    below += good[rank];
    found += defective[rank];
  }
  return pairs / (below * found);
}

double precision(std::size_t true_positives, std::size_t false_positives) {
  return static_cast<double>(true_positives) / static_cast<double>(true_positives + false_positives);
}

// Hanley and McNeil's variance under exponential scores, with Newcombe's N* = (m + n) / 2 - 1 in place of both sizes.
double newcombe_variance(double value, double m, double n) {
  const double star = (m + n) / 2 - 1;
  return value * (1 - value) * (1 + star * (1 - value) / (2 - value) + star * value / (1 + value)) / (m * n);
}

}  // namespace

std::size_t PartNumbering::number_of(const std::string& part) {
  if (part.empty()) return count_++;
  const auto [at, is_new] = known_.try_emplace(part, count_);
  if (is_new) ++count_;
  return at->second;
}

Result<double> auroc(std::span<const double> good, std::span<const double> defective) {
  LINEGUARD_TRY(check_scores(good, defective));
  const Parts good_parts = parts_of(good.size(), {}), defective_parts = parts_of(defective.size(), {});
  const ResampleCounts each_once{std::vector<std::uint32_t>(good.size(), 1),
                                 std::vector<std::uint32_t>(defective.size(), 1)};
  return auroc_of(ranks_of(good, defective), good_parts, defective_parts, each_once);
}

Result<AurocEstimate> auroc_with_interval(std::span<const double> good, std::span<const double> defective,
                                          const BootstrapOptions& options, const PartNumbers& parts) {
  LINEGUARD_ASSIGN(const double value, auroc(good, defective));
  const Parts good_parts = parts_of(good.size(), parts.good);
  const Parts defective_parts = parts_of(defective.size(), parts.defective);
  AurocEstimate estimate{value, {}, good.size(), defective.size(), options.confidence, {}};
  const Interval score = newcombe_interval(value, good_parts.count, defective_parts.count, options.confidence);
  if (value == 0 || value == 1 || std::min(good_parts.count, defective_parts.count) < kFewestForBootstrap) {
    estimate.interval = score;
    estimate.method = "Newcombe's score interval";
    return estimate;
  }
  const Ranks ranks = ranks_of(good, defective);
  const Interval drawn_anew = bootstrap_interval(
      {good_parts.count, defective_parts.count},
      [&](const ResampleCounts& drawn) { return auroc_of(ranks, good_parts, defective_parts, drawn); }, options);
  estimate.interval = {std::min(score.low, drawn_anew.low), std::max(score.high, drawn_anew.high)};
  estimate.method =
      fmt::format("bootstrap over parts stratified by label, {} resamples, and at least Newcombe's score interval",
                  options.resamples);
  return estimate;
}

Interval newcombe_interval(double value, std::size_t n_good, std::size_t n_defective, double confidence) {
  const double z = std::sqrt(2.0) * boost::math::erf_inv(confidence);
  const auto m = static_cast<double>(n_good), n = static_cast<double>(n_defective);
  const auto within = [&](double candidate) {
    return std::abs(candidate - value) <= z * std::sqrt(newcombe_variance(candidate, m, n));
  };
  // From `value` outwards the condition holds and then fails: halve the bracket to double precision.
  const auto edge = [&](double outside) {
    double inside = value;
    for (int i = 0; i < 60; ++i) {
      const double middle = (inside + outside) / 2;
      (within(middle) ? inside : outside) = middle;
    }
    return inside;
  };
  return {value == 0 ? 0 : edge(0), value == 1 ? 1 : edge(1)};
}

Result<double> average_precision(std::span<const double> good, std::span<const double> defective) {
  LINEGUARD_TRY(check_scores(good, defective));
  std::size_t true_positives = 0, false_positives = 0;
  double sum = 0;
  for (const Step& step : steps_of(good, defective)) {
    true_positives += step.defective;
    false_positives += step.good;
    sum += static_cast<double>(step.defective) * precision(true_positives, false_positives);
  }
  return sum / static_cast<double>(defective.size());
}

Result<F1Max> f1_max(std::span<const double> good, std::span<const double> defective) {
  LINEGUARD_TRY(check_scores(good, defective));
  std::size_t true_positives = 0, false_positives = 0;
  F1Max best;
  bool best_is_last = false;
  for (const Step& step : steps_of(good, defective)) {
    if (best_is_last) best.threshold = (best.threshold + step.score) / 2;
    best_is_last = false;
    true_positives += step.defective;
    false_positives += step.good;
    const double f1 = 2 * static_cast<double>(true_positives) /
                      static_cast<double>(true_positives + false_positives + defective.size());
    if (f1 <= best.f1) continue;
    best = {f1, step.score};
    best_is_last = true;
  }
  if (best_is_last) best.threshold = std::nextafter(best.threshold, std::numeric_limits<double>::lowest());
  return best;
}

Result<std::vector<RocPoint>> roc_curve(std::span<const double> good, std::span<const double> defective) {
  LINEGUARD_TRY(check_scores(good, defective));
  std::vector<RocPoint> curve{{0, 0, std::numeric_limits<double>::infinity()}};
  std::size_t true_positives = 0, false_positives = 0;
  for (const Step& step : steps_of(good, defective)) {
    true_positives += step.defective;
    false_positives += step.good;
    curve.push_back({static_cast<double>(false_positives) / static_cast<double>(good.size()),
                     static_cast<double>(true_positives) / static_cast<double>(defective.size()), step.score});
  }
  return curve;
}

}  // namespace lineguard::stats
