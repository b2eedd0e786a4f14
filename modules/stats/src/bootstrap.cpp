#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <lineguard/stats/bootstrap.h>

namespace lineguard::stats {
namespace {

// std::uniform_int_distribution differs between libraries; the modulo's bias is below 2^-40 for any n of ours.
void resample(std::mt19937_64& random, std::vector<std::uint32_t>& counts) {
  std::ranges::fill(counts, 0u);
  for (std::size_t i = 0; i < counts.size(); ++i) ++counts[random() % counts.size()];
}

// Linear between order statistics (R's type 7). REQUIRES: values sorted, not empty.
double quantile(const std::vector<double>& values, double share) {
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

}  // namespace

Interval bootstrap_interval(const std::vector<std::size_t>& strata_sizes,
                            const std::function<double(const ResampleCounts&)>& statistic,
                            const BootstrapOptions& options) {
  std::mt19937_64 random(options.seed);
  ResampleCounts counts;
  for (const std::size_t size : strata_sizes) counts.emplace_back(size);
  std::vector<double> values;
  for (int i = 0; i < options.resamples; ++i) {
    for (auto& stratum : counts) resample(random, stratum);
    const double value = statistic(counts);
    if (std::isfinite(value)) values.push_back(value);
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (values.empty()) return {-kInfinity, kInfinity};
  std::ranges::sort(values);
  const double tail = (1 - options.confidence) / 2;
  return {quantile(values, tail), quantile(values, 1 - tail)};
}

}  // namespace lineguard::stats
