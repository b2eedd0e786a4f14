#include "neighbours.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <lineguard/core/parallel.h>
#include <lineguard/features/eigen_view.h>

namespace lineguard::verify {
using namespace features;
namespace {

constexpr Eigen::Index kBlock = 256;
constexpr std::size_t kKept = 10;

// The nearest rows seen so far, the farthest of them first.
class Nearest {
 public:
  void see(double squared, std::size_t row) {
    if (kept_.size() == kKept && squared >= kept_.front().first) return;
    if (kept_.size() == kKept) {
      std::ranges::pop_heap(kept_);
      kept_.pop_back();
    }
    kept_.emplace_back(squared, row);
    std::ranges::push_heap(kept_);
  }

  Neighbours take() const {
    const auto nearest = std::ranges::min(kept_);
    const auto length = [](double squared) { return std::sqrt(std::max(0.0, squared)); };
    return {nearest.second, length(nearest.first), length(kept_.front().first)};
  }

 private:
  std::vector<std::pair<double, std::size_t>> kept_;
};

}  // namespace

std::vector<Neighbours> find_neighbours(const Matrix& rows, int threads) {
  const auto all = view(rows);
  const Eigen::VectorXf norms = all.rowwise().squaredNorm();
  std::vector<Neighbours> found(rows.rows);
  const Eigen::Index n = all.rows();
  const auto blocks = static_cast<std::size_t>((n + kBlock - 1) / kBlock);
  (void)parallel_for(blocks, threads, [&](std::size_t block) -> Result<void> {
    const Eigen::Index from = static_cast<Eigen::Index>(block) * kBlock, count = std::min(kBlock, n - from);
    std::vector<Nearest> nearest(static_cast<std::size_t>(count));
    for (Eigen::Index other = 0; other < n; other += kBlock) {
      const Eigen::Index columns = std::min(kBlock, n - other);
      const RowMajor cross = all.middleRows(from, count) * all.middleRows(other, columns).transpose();
      for (Eigen::Index i = 0; i < count; ++i) {
        for (Eigen::Index j = 0; j < columns; ++j) {
          if (from + i == other + j) continue;
          const double squared = norms[from + i] + norms[other + j] - 2 * cross(i, j);
          nearest[static_cast<std::size_t>(i)].see(squared, static_cast<std::size_t>(other + j));
        }
      }
    }
    for (Eigen::Index i = 0; i < count; ++i)
      found[static_cast<std::size_t>(from + i)] = nearest[static_cast<std::size_t>(i)].take();
    return {};
  });
  return found;
}

}  // namespace lineguard::verify
