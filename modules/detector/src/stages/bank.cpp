#include "graph_stages.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <openvino/opsets/opset13.hpp>

#include <lineguard/detector/bank.h>
#include <lineguard/features/eigen_view.h>

namespace lineguard::detector {
using namespace features;
namespace {

constexpr double kShareOfVariance = 0.9;

// Signs of random bits, scaled: distances stay the same on average (Achlioptas 2003). Needs no normal distribution,
// whose numbers differ between standard libraries.
RowMajor random_projection(std::size_t from, std::size_t to, std::mt19937_64& random) {
  RowMajor projection(from, to);
  const float unit = 1 / std::sqrt(static_cast<float>(to));
  for (Eigen::Index i = 0; i < projection.size(); ++i) projection.data()[i] = (random() & 1) ? unit : -unit;
  return projection;
}

// Rows that are worked on at once: a copy of all patches would be most of a training's memory.
constexpr Eigen::Index kBlock = 4096;

template <typename Points>
auto block_of(Points& points, Eigen::Index first) {
  return points.middleRows(first, std::min(kBlock, points.rows() - first));
}

// Principal components, those of the smallest variance first.
struct Spectrum {
  Row center;
  Eigen::VectorXd variances;
  Eigen::MatrixXd directions;  // columns
};

Spectrum spectrum_of(const Matrix& patches) {
  const auto points = view(patches);
  const Row mean = points.colwise().mean();
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(points.cols(), points.cols());
  for (Eigen::Index first = 0; first < points.rows(); first += kBlock) {
    const RowMajor centred = block_of(points, first).rowwise() - mean;
    covariance += (centred.transpose() * centred).cast<double>();
  }
  covariance /= static_cast<double>(points.rows());
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
  return {mean, solver.eigenvalues().cwiseMax(0), solver.eigenvectors()};
}

Projection projection_on(const Row& center, const Eigen::MatrixXd& directions) {
  return {to_vector(center), to_matrix(directions.cast<float>())};
}

// Of one row of squared distances.
float mean_of_nearest(Row squared, int nearest) {
  if (nearest <= 1) return std::sqrt(squared.minCoeff());
  const auto count = std::min<Eigen::Index>(nearest, squared.size());
  std::partial_sort(squared.data(), squared.data() + count, squared.data() + squared.size());
  return squared.head(count).cwiseSqrt().mean();
}

float mean_over_shares(const Row& squared, int shares) {
  Row nearest = Row::Constant(shares, std::numeric_limits<float>::max());
  for (Eigen::Index row = 0, share = 0; row < squared.size(); ++row) {
    nearest[share] = std::min(nearest[share], squared[row]);
    if (++share == shares) share = 0;
  }
  return nearest.cwiseSqrt().mean();
}

// Of every patch to every row of the bank.
RowMajor squared_distances(const Bank& bank, const Matrix& patches) {
  const Matrix x = project(bank.projection, patches);
  RowMajor squared = -2 * view(x) * view(bank.rows).transpose();
  squared.rowwise() += view(bank.rows).rowwise().squaredNorm().transpose();
  if (bank.counts_the_rest) {
    squared.colwise() += (view(patches).rowwise() - view(bank.projection.center)).rowwise().squaredNorm();
  } else {
    squared.colwise() += view(x).rowwise().squaredNorm();
  }
  return squared.cwiseMax(0);
}

std::vector<float> nearest_of(const RowMajor& squared, int nearest) {
  std::vector<float> distances;
  for (Eigen::Index i = 0; i < squared.rows(); ++i) distances.push_back(mean_of_nearest(squared.row(i), nearest));
  return distances;
}

}  // namespace

std::vector<std::size_t> choose_coreset(const Matrix& patches, int size, std::uint64_t seed) {
  constexpr std::size_t kProjected = 48;
  std::mt19937_64 random(seed);
  const bool narrow = patches.columns <= kProjected;
  const RowMajor points = narrow ? RowMajor(view(patches))
                                 : RowMajor(view(patches) * random_projection(patches.columns, kProjected, random));
  const Eigen::VectorXf norms = points.rowwise().squaredNorm();
  Eigen::VectorXf distances = Eigen::VectorXf::Constant(points.rows(), std::numeric_limits<float>::max());
  std::vector<std::size_t> chosen;
  Eigen::Index next = points.rows() > 0 ? static_cast<Eigen::Index>(random() % patches.rows) : 0;
  const std::size_t count = std::min(static_cast<std::size_t>(size), patches.rows);
  while (chosen.size() < count) {
    chosen.push_back(static_cast<std::size_t>(next));
    const Eigen::VectorXf to_next = norms - 2 * (points * points.row(next).transpose());
    distances = distances.cwiseMin((to_next.array() + norms[next]).matrix());
    distances[next] = -1;  // never again, even among equal patches
    distances.maxCoeff(&next);
  }
  return chosen;
}

Projection fit_whitening(const Matrix& patches, double shrinkage) {
  const Spectrum spectrum = spectrum_of(patches);
  const double added = std::max(shrinkage * spectrum.variances.mean(), 1e-12);
  const Eigen::VectorXd factors = (spectrum.variances.array() + added).rsqrt();
  return projection_on(spectrum.center, spectrum.directions * factors.asDiagonal());
}

Projection fit_main_directions(const Matrix& patches, double share) {
  constexpr Eigen::Index kStep = 16;
  const Spectrum spectrum = spectrum_of(patches);  // smallest variance first
  const Eigen::Index all = spectrum.variances.size();
  const double wanted = share * spectrum.variances.sum();
  Eigen::Index kept = std::min(kStep, all);
  while (kept < all && spectrum.variances.tail(kept).sum() < wanted) kept = std::min(kept + kStep, all);
  return projection_on(spectrum.center, spectrum.directions.rightCols(kept));
}

Matrix project(const Projection& projection, const Matrix& patches) {
  Matrix projected(patches.rows, projection.directions.columns);
  Eigen::Map<RowMajor> out(projected.values.data(), static_cast<Eigen::Index>(projected.rows),
                           static_cast<Eigen::Index>(projected.columns));
  const auto points = view(patches);
  for (Eigen::Index first = 0; first < points.rows(); first += kBlock) {
    const RowMajor centred = block_of(points, first).rowwise() - view(projection.center);
    block_of(out, first).noalias() = centred * view(projection.directions);
  }
  return projected;
}

Bank fit_bank(const Matrix& patches, const BankOptions& options) {
  Bank bank;
  bank.channels = static_cast<int>(patches.columns);
  bank.nearest = options.nearest;
  bank.shares = options.shares;
  bank.counts_the_rest = options.whitening_shrinkage == 0;
  bank.projection = bank.counts_the_rest ? fit_main_directions(patches, kShareOfVariance)
                                         : fit_whitening(patches, options.whitening_shrinkage);
  const Matrix projected = project(bank.projection, patches);
  const Matrix& compared = bank.counts_the_rest ? patches : projected;
  bank.rows = take_rows(projected, choose_coreset(compared, options.size, options.seed));
  return bank;
}

int shares_of(const Bank& bank) {
  return static_cast<int>(std::clamp<std::size_t>(bank.rows.rows, 1, static_cast<std::size_t>(bank.shares)));
}

Distances distances_to(const Bank& bank, const Matrix& patches) {
  const RowMajor squared = squared_distances(bank, patches);
  Distances distances{nearest_of(squared, bank.nearest), {}};
  const int shares = shares_of(bank);
  for (Eigen::Index i = 0; i < squared.rows(); ++i)
    distances.for_map.push_back(mean_over_shares(squared.row(i), shares));
  return distances;
}

std::vector<float> distances_for_score(const Bank& bank, const Matrix& patches) {
  return nearest_of(squared_distances(bank, patches), bank.nearest);
}

namespace graph {
namespace op = ov::opset13;
namespace {

Value squared_norms(const Value& x) {
  return std::make_shared<op::ReduceSum>(std::make_shared<op::Multiply>(x, x), indices({2}), true);
}

// Every shares-th row, from row `share` on.
Matrix rows_of_share(const Bank& bank, std::size_t share, std::size_t shares) {
  std::vector<std::size_t> order;
  for (std::size_t row = share; row < bank.rows.rows; row += shares) order.push_back(row);
  return take_rows(bank.rows, order);
}

// |b|^2 - 2 x.b of every row b. x: [1, cells, projected] -> [1, cells, rows].
Value cross_terms(const Value& x, const Matrix& rows) {
  Matrix minus_twice = rows;
  std::vector<float> norms(rows.rows);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    for (float& value : minus_twice.row(row)) {
      norms[row] += value * value;
      value *= -2;
    }
  }
  const Value cross = std::make_shared<op::MatMul>(x, weights(minus_twice), false, true);
  return std::make_shared<op::Add>(cross, constant<float>({1, 1, rows.rows}, norms));
}

Value roots(const Value& squared) {
  return std::make_shared<op::Sqrt>(std::make_shared<op::Relu>(squared));
}

}  // namespace

// distances_to() of bank.h: |x - b|^2 = |x|^2 + (|b|^2 - 2 x.b). patches: [1, cells, channels]
CellDistances add_to_graph(const Bank& bank, const Value& patches) {
  const Value center = constant<float>({1, 1, bank.projection.center.size()}, bank.projection.center);
  const Value centred = std::make_shared<op::Subtract>(patches, center);
  const Value x = std::make_shared<op::MatMul>(centred, weights(bank.projection.directions), false, false);
  const Value norms = squared_norms(bank.counts_the_rest ? centred : x);
  const auto mean_distance = [&](const Value& cross) -> Value {  // [1, cells, n] -> [1, cells, 1]
    return std::make_shared<op::ReduceMean>(roots(std::make_shared<op::Add>(cross, norms)), indices({2}), true);
  };
  const auto shares = static_cast<std::size_t>(shares_of(bank));
  ov::OutputVector crosses, minima;  // share by share: a product of them all would not stay in the core's cache
  for (std::size_t share = 0; share < shares; ++share) {
    crosses.push_back(cross_terms(x, rows_of_share(bank, share, shares)));
    minima.push_back(std::make_shared<op::ReduceMin>(crosses.back(), indices({2}), true));
  }
  const Value nearest = std::make_shared<op::Concat>(minima, 2);
  if (bank.nearest <= 1)
    return {mean_distance(std::make_shared<op::ReduceMin>(nearest, indices({2}), true)), mean_distance(nearest)};
  const Value once = std::make_shared<op::Concat>(crosses, 2);
  const Value count = op::Constant::create(
      ov::element::i64, ov::Shape{}, {std::min<std::int64_t>(bank.nearest, static_cast<std::int64_t>(bank.rows.rows))});
  const auto top = std::make_shared<op::TopK>(once, count, 2, op::TopK::Mode::MIN, op::TopK::SortType::NONE);
  return {mean_distance(top->output(0)), mean_distance(nearest)};
}

}  // namespace graph

}  // namespace lineguard::detector
