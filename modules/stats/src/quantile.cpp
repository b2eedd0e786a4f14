#include <algorithm>
#include <cmath>
#include <cstddef>

#include <lineguard/core/check.h>
#include <lineguard/stats/quantile.h>

namespace lineguard::stats {
namespace {

double at_rank(std::vector<double>& values, std::size_t rank) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::ranges::nth_element(values, place);
  return *place;
}

}  // namespace

double median(std::vector<double> values) {
  LINEGUARD_CHECK(!values.empty(), "a median needs a value");
  return at_rank(values, values.size() / 2);
}

double quantile(std::vector<double> values, double share) {
  LINEGUARD_CHECK(!values.empty(), "a quantile needs a value");
  return at_rank(values, static_cast<std::size_t>(share * static_cast<double>(values.size() - 1)));
}

double robust_deviation(const std::vector<double>& values, double middle) {
  std::vector<double> distances;
  for (const double value : values) distances.push_back(std::abs(value - middle));
  return 1.4826 * median(std::move(distances));
}

}  // namespace lineguard::stats
