// Stratified bootstrap with a seed: the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include <lineguard/stats/bounds.h>

namespace lineguard::stats {

// Fewer members of a stratum are drawn nearly as they are: the interval would be far too narrow, that of one no
// interval.
inline constexpr std::size_t kFewestForBootstrap = 10;

struct BootstrapOptions {
  int resamples = 2000;  // >= 1
  std::uint64_t seed = 1;
  double confidence = 0.95;  // in (0, 1)
};

// How often each member of each stratum was drawn: counts[stratum][member].
using ResampleCounts = std::vector<std::vector<std::uint32_t>>;

// Percentile interval of `statistic` over resamples that draw from every stratum (strata_sizes, each >= 1) as many
// members as it has, with replacement. Values that are not finite are left out; none left gives [-inf, inf].
Interval bootstrap_interval(const std::vector<std::size_t>& strata_sizes,
                            const std::function<double(const ResampleCounts&)>& statistic,
                            const BootstrapOptions& options = {});

}  // namespace lineguard::stats
