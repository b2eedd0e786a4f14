#include <algorithm>
#include <cmath>
#include <set>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <fmt/format.h>

#include <lineguard/stats/paired.h>

namespace lineguard::stats {
namespace {

std::size_t part_count(const std::vector<std::size_t>& parts, std::size_t scores) {
  return parts.empty() ? scores : *std::ranges::max_element(parts) + 1;
}

// The scores of the drawn parts, each as often as it was drawn.
std::vector<double> drawn_scores(std::span<const double> scores, const std::vector<std::size_t>& parts,
                                 const std::vector<std::uint32_t>& times) {
  std::vector<double> drawn;
  for (std::size_t i = 0; i < scores.size(); ++i)
    drawn.insert(drawn.end(), times[parts.empty() ? i : parts[i]], scores[i]);
  return drawn;
}

// Newcombe's method 10 (Stat. Med. 1998) for the difference of two figures from their intervals; too wide where both
// are of the same parts, never too narrow.
Interval square_and_add(const PairedDifference& of, std::size_t n_good, std::size_t n_defective, double confidence) {
  const Interval a = newcombe_interval(of.a, n_good, n_defective, confidence);
  const Interval b = newcombe_interval(of.b, n_good, n_defective, confidence);
  const double value = of.difference();
  return {value - std::hypot(of.b - b.low, a.high - of.a), value + std::hypot(b.high - of.b, of.a - a.low)};
}

// Of each score, twice the number of others below it, and the number of those equal to it.
std::vector<std::ptrdiff_t> placements(std::span<const double> scores, std::span<const double> others) {
  std::vector<double> sorted(others.begin(), others.end());
  std::ranges::sort(sorted);
  std::vector<std::ptrdiff_t> places;
  for (const double score : scores) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), score);
    places.push_back((first - sorted.begin()) + (last - sorted.begin()));
  }
  return places;
}

std::size_t changed_parts(const std::vector<std::ptrdiff_t>& a, const std::vector<std::ptrdiff_t>& b,
                          const std::vector<std::size_t>& parts) {
  std::set<std::size_t> changed;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) changed.insert(parts.empty() ? i : parts[i]);
  }
  return changed.size();
}

}  // namespace

bool PairedDifference::shown(double confidence) const {
  return interval.leaves_out(0) && std::exp2(1 - static_cast<double>(changed)) <= 1 - confidence;
}

Result<PairedDifference> auroc_difference(std::span<const double> good_a, std::span<const double> defective_a,
                                          std::span<const double> good_b, std::span<const double> defective_b,
                                          const PartNumbers& parts, const BootstrapOptions& options) {
  PairedDifference difference;
  LINEGUARD_ASSIGN(difference.a, auroc(good_a, defective_a));
  LINEGUARD_ASSIGN(difference.b, auroc(good_b, defective_b));
  difference.changed =
      std::min(changed_parts(placements(good_a, defective_a), placements(good_b, defective_b), parts.good),
               changed_parts(placements(defective_a, good_a), placements(defective_b, good_b), parts.defective));
  const std::size_t n_good = part_count(parts.good, good_a.size());
  const std::size_t n_defective = part_count(parts.defective, defective_a.size());
  if (std::min(n_good, n_defective) < kFewestForBootstrap) {
    difference.interval = square_and_add(difference, n_good, n_defective, options.confidence);
    difference.method = "Newcombe's score intervals of both, as if they were of different parts";
    return difference;
  }
  const auto of = [&](std::span<const double> good, std::span<const double> defective, const ResampleCounts& drawn) {
    const auto value =
        auroc(drawn_scores(good, parts.good, drawn[0]), drawn_scores(defective, parts.defective, drawn[1]));
    return value ? *value : std::nan("");
  };
  difference.interval = bootstrap_interval(
      {n_good, n_defective},
      [&](const ResampleCounts& drawn) { return of(good_b, defective_b, drawn) - of(good_a, defective_a, drawn); },
      options);
  difference.method =
      fmt::format("bootstrap over parts stratified by label, the same for both, {} resamples", options.resamples);
  // Both order these parts alike, and so every resample: as little is known as of a perfect order.
  if (difference.interval.high - difference.interval.low == 0) {
    const Interval one = newcombe_interval(1, n_good, n_defective, options.confidence);
    difference.interval.low -= 1 - one.low;
    difference.interval.high += 1 - one.low;
    difference.method = "the width of Newcombe's score interval of a perfect order, on either side";
  }
  return difference;
}

double Discordant::p_value() const {
  const std::size_t both = only_a + only_b;
  if (both == 0) return 1;
  const boost::math::binomial_distribution<double> fair(static_cast<double>(both), 0.5);
  return std::min(1.0, 2 * boost::math::cdf(fair, static_cast<double>(std::min(only_a, only_b))));
}

Interval Discordant::difference_interval(double confidence) const {
  if (n == 0) return {-1, 1};
  const double all = static_cast<double>(n) + 2;
  const double b = (static_cast<double>(only_b) + 1) / all, a = (static_cast<double>(only_a) + 1) / all;
  const double z = boost::math::quantile(boost::math::normal_distribution<double>(), (1 + confidence) / 2);
  const double reach = z * std::sqrt((a + b - (b - a) * (b - a)) / all);
  return {std::max(-1.0, b - a - reach), std::min(1.0, b - a + reach)};
}

bool Discordant::shown(double confidence) const {
  return difference_interval(confidence).leaves_out(0) && p_value() <= 1 - confidence;
}

}  // namespace lineguard::stats
