#include "near_duplicates.h"

#include "neighbours.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <lineguard/stats/quantile.h>

namespace lineguard::verify {
using namespace features;
namespace {

constexpr std::size_t kFewestPictures = 8;
constexpr double kShareOfTypical = 0.25;
constexpr double kSameGray = 1.5;  // a region never counts as different below: rounding of a compressed copy

// Of the most different region, brightness of the whole left out.
double region_difference(std::span<const float> a, std::span<const float> b) {
  double mean = 0, most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) mean += (a[i] - b[i]) / static_cast<double>(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i] - mean));
  return most;
}

}  // namespace

std::vector<SimilarPair> find_near_duplicates(const Matrix& embeddings, const Matrix& regions, int threads) {
  std::vector<SimilarPair> pairs;
  if (embeddings.rows < kFewestPictures) return pairs;
  const auto nearest = find_neighbours(embeddings, threads);
  std::vector<double> distances, differences;
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    distances.push_back(nearest[i].distance);
    differences.push_back(region_difference(regions.row(i), regions.row(nearest[i].nearest)));
  }
  const double near = kShareOfTypical * stats::median(distances);
  const double alike = std::max(kSameGray, kShareOfTypical * stats::median(differences));
  std::set<std::pair<std::size_t, std::size_t>> seen;
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    if (distances[i] > near && differences[i] > kSameGray) continue;
    if (differences[i] > alike || distances[i] > 2 * near) continue;
    const auto [a, b] = std::minmax(i, nearest[i].nearest);
    if (seen.emplace(a, b).second) pairs.push_back({a, b, differences[i]});
  }
  std::ranges::stable_sort(pairs, {}, &SimilarPair::difference);
  return pairs;
}

}  // namespace lineguard::verify
