#include <algorithm>
#include <cmath>
#include <limits>

#include <lineguard/stats/kappa.h>

namespace lineguard::stats {
namespace {

// What a part adds to the sums that a kappa is made of.
struct Summand {
  double agreeing = 0, pairs = 0;     // pairs of answers
  std::vector<double> first, second;  // answers by category, of either side
  double answers = 0;                 // of one side
};

struct Sums {
  double agreeing = 0, pairs = 0, answers = 0;
  std::vector<double> first, second;

  void add(const Summand& part, double times) {
    agreeing += times * part.agreeing;
    pairs += times * part.pairs;
    answers += times * part.answers;
    first.resize(part.first.size());
    second.resize(part.second.size());
    for (std::size_t i = 0; i < part.first.size(); ++i) {
      first[i] += times * part.first[i];
      second[i] += times * part.second[i];
    }
  }
  double observed() const { return agreeing / pairs; }
  double expected() const {
    double sum = 0;
    for (std::size_t i = 0; i < first.size(); ++i) sum += first[i] / answers * second[i] / answers;
    return sum;
  }
};

double kappa_of(double observed, double expected) {
  constexpr double kAllByChance = 1e-12;
  if (1 - expected < kAllByChance) return std::numeric_limits<double>::quiet_NaN();
  return (observed - expected) / (1 - expected);
}

// From exact bounds on the agreement, as if each part had one pair: of parts with several the mean varies less.
Interval from_exact_agreement(double observed, double expected, std::size_t parts, double confidence) {
  const double agreeing = observed * static_cast<double>(parts);
  const auto floor = static_cast<std::size_t>(std::floor(agreeing + 1e-9));
  const auto ceil = std::min(parts, static_cast<std::size_t>(std::ceil(agreeing - 1e-9)));
  return {kappa_of(exact_interval({floor, parts}, confidence).low, expected),
          kappa_of(exact_interval({ceil, parts}, confidence).high, expected)};
}

std::optional<Kappa> estimate(const std::vector<Summand>& parts, const BootstrapOptions& options) {
  if (parts.empty()) return std::nullopt;
  Sums all;
  for (const Summand& part : parts) all.add(part, 1);
  const double value = kappa_of(all.observed(), all.expected());
  if (!std::isfinite(value)) return std::nullopt;
  const Interval drawn = bootstrap_interval(
      {parts.size()},
      [&](const ResampleCounts& counts) {
        Sums sums;
        for (std::size_t i = 0; i < parts.size(); ++i) {
          if (counts[0][i] > 0) sums.add(parts[i], counts[0][i]);
        }
        return kappa_of(sums.observed(), sums.expected());
      },
      options);
  const Interval exact = from_exact_agreement(all.observed(), all.expected(), parts.size(), options.confidence);
  return Kappa{value,
               {std::max(-1.0, std::min(drawn.low, exact.low)), std::min(1.0, std::max(drawn.high, exact.high))},
               all.observed(),
               all.expected(),
               parts.size()};
}

}  // namespace

std::optional<Kappa> cohen_kappa(const std::vector<PairedAnswers>& parts, std::size_t categories,
                                 const BootstrapOptions& options) {
  std::vector<Summand> summands;
  for (const PairedAnswers& pairs : parts) {
    if (pairs.empty()) continue;
    Summand& part = summands.emplace_back();
    part.first.resize(categories);
    part.second.resize(categories);
    for (const auto& [a, b] : pairs) {
      part.agreeing += a == b;
      ++part.first[a];
      ++part.second[b];
    }
    part.pairs = part.answers = static_cast<double>(pairs.size());
  }
  return estimate(summands, options);
}

std::optional<Kappa> fleiss_kappa(const std::vector<AnswerCounts>& parts, std::optional<std::size_t> category,
                                  const BootstrapOptions& options) {
  std::vector<Summand> summands;
  for (const AnswerCounts& all : parts) {
    double answers = 0;
    for (const std::size_t count : all) answers += static_cast<double>(count);
    if (answers < 2) continue;
    std::vector<double> counts(all.begin(), all.end());
    if (category) counts = {static_cast<double>(all[*category]), answers - static_cast<double>(all[*category])};
    Summand& part = summands.emplace_back();
    for (const double count : counts) part.agreeing += count * (count - 1) / (answers - 1);
    part.pairs = part.answers = answers;  // each part counts by its answers
    part.first = part.second = counts;
  }
  return estimate(summands, options);
}

}  // namespace lineguard::stats
