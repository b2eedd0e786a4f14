#include "near_duplicates.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <Eigen/Dense>

#include <lineguard/core/parallel.h>
#include <lineguard/stats/quantile.h>

namespace lineguard::detector {
namespace {

constexpr Eigen::Index kBlock = 256;
constexpr std::size_t kFewestPictures = 8;
constexpr double kShareOfTypical = 0.25;
constexpr double kSameGray = 1.5;  // a region never counts as different below: rounding of a compressed copy

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct Nearest {
  std::size_t index = 0;
  double distance = 0;
};

// Nearest other picture by embedding, block by block.
std::vector<Nearest> nearest_neighbours(const Matrix& embeddings, int threads) {
  const Eigen::Map<const RowMajor> all(embeddings.values.data(), static_cast<Eigen::Index>(embeddings.rows),
                                       static_cast<Eigen::Index>(embeddings.columns));
  const Eigen::VectorXf norms = all.rowwise().squaredNorm();
  std::vector<Nearest> nearest(embeddings.rows);
  const Eigen::Index n = all.rows();
  const auto blocks = static_cast<std::size_t>((n + kBlock - 1) / kBlock);
  (void)parallel_for(blocks, threads, [&](std::size_t block) -> Result<void> {
    const Eigen::Index from = static_cast<Eigen::Index>(block) * kBlock, rows = std::min(kBlock, n - from);
    for (Eigen::Index row = from; row < from + rows; ++row)
      nearest[static_cast<std::size_t>(row)].distance = std::numeric_limits<double>::max();
    for (Eigen::Index other = 0; other < n; other += kBlock) {
      const Eigen::Index columns = std::min(kBlock, n - other);
      const RowMajor cross = all.middleRows(from, rows) * all.middleRows(other, columns).transpose();
      for (Eigen::Index i = 0; i < rows; ++i) {
        Nearest& best = nearest[static_cast<std::size_t>(from + i)];
        for (Eigen::Index j = 0; j < columns; ++j) {
          if (from + i == other + j) continue;
          const double squared = norms[from + i] + norms[other + j] - 2 * cross(i, j);
          if (squared < best.distance) best = {static_cast<std::size_t>(other + j), squared};
        }
      }
    }
    return {};
  });
  for (Nearest& one : nearest) one.distance = std::sqrt(std::max(0.0, one.distance));
  return nearest;
}

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
  const auto nearest = nearest_neighbours(embeddings, threads);
  std::vector<double> distances, differences;
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    distances.push_back(nearest[i].distance);
    differences.push_back(region_difference(regions.row(i), regions.row(nearest[i].index)));
  }
  const double near = kShareOfTypical * stats::median(distances);
  const double alike = std::max(kSameGray, kShareOfTypical * stats::median(differences));
  std::set<std::pair<std::size_t, std::size_t>> seen;
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    if (distances[i] > near && differences[i] > kSameGray) continue;
    if (differences[i] > alike || distances[i] > 2 * near) continue;
    const auto [a, b] = std::minmax(i, nearest[i].index);
    if (seen.emplace(a, b).second) pairs.push_back({a, b, differences[i]});
  }
  std::ranges::stable_sort(pairs, {}, &SimilarPair::difference);
  return pairs;
}

}  // namespace lineguard::detector
