#include "location_shortcut.h"

#include <algorithm>
#include <cmath>

#include <lineguard/stats/quantile.h>
#include <lineguard/stats/roc.h>

namespace lineguard::verify {
using namespace features;
namespace {

constexpr std::size_t kFewestOfALabel = 20;
constexpr double kTells = 0.95;
constexpr double kResolution = 4;  // gray levels: less is noise

}  // namespace

std::optional<LocationShortcut> find_location_shortcut(const Matrix& regions, const std::vector<bool>& defective) {
  const auto bad = static_cast<std::size_t>(std::ranges::count(defective, true)), good = defective.size() - bad;
  if (std::min(good, bad) < kFewestOfALabel) return std::nullopt;
  std::vector<double> middle(regions.rows);
  for (std::size_t i = 0; i < regions.rows; ++i) {
    const auto row = regions.row(i);
    middle[i] = stats::median({row.begin(), row.end()});
  }
  std::optional<LocationShortcut> best;
  for (std::size_t region = 0; region < regions.columns; ++region) {
    std::vector<double> of_label[2];
    for (std::size_t i = 0; i < regions.rows; ++i) of_label[defective[i]].push_back(regions.row(i)[region] - middle[i]);
    const auto value = stats::auroc(of_label[0], of_label[1]);
    if (!value) return std::nullopt;
    const LocationShortcut place{region, std::max(*value, 1 - *value), *value > 0.5, good, bad};
    const double difference = stats::median(of_label[1]) - stats::median(of_label[0]);
    if (place.auroc >= kTells && std::abs(difference) >= kResolution && (!best || place.auroc > best->auroc))
      best = place;
  }
  return best;
}

}  // namespace lineguard::verify
