#include "graph_stages.h"

#include <algorithm>
#include <numeric>
#include <random>

#include <openvino/opsets/opset13.hpp>

#include <lineguard/detector/kernel_ridge.h>
#include <lineguard/detector/random_choice.h>
#include <lineguard/features/eigen_view.h>
#include <lineguard/stats/quantile.h>

namespace lineguard::detector {
using namespace features;
namespace {

constexpr double kRidge = 0.1;  // variance of the noise of a target
constexpr double kJitter = 1e-6;
constexpr double kNarrowness = 2;  // the kernel at the median distance is exp(-kNarrowness)
constexpr Eigen::Index kMostDirections = 256, kMostRows = 2000, kBlock = 1000, kRowsForMedian = 1000;
constexpr int kPowerSteps = 2;

RowMajor orthonormal(const RowMajor& columns) {
  const Eigen::HouseholderQR<Eigen::MatrixXf> qr{Eigen::MatrixXf(columns)};
  return qr.householderQ() * Eigen::MatrixXf::Identity(columns.rows(), columns.cols());
}

RowMajor main_directions(const RowMajor& x, std::mt19937_64& random) {
  const RowMajor centred = x.rowwise() - Row(x.colwise().mean());
  const Eigen::Index count = std::min({kMostDirections, x.rows(), x.cols()});
  RowMajor signs(x.rows(), count);
  for (Eigen::Index i = 0; i < signs.size(); ++i) signs.data()[i] = (random() & 1) ? 1.0F : -1.0F;
  RowMajor directions = orthonormal(centred.transpose() * signs);
  for (int step = 0; step < kPowerSteps; ++step) directions = orthonormal(centred.transpose() * (centred * directions));
  return directions;
}

RowMajor squared_distances(const RowMajor& a, const RowMajor& b) {
  RowMajor squared = -2 * (a * b.transpose());
  squared.colwise() += a.rowwise().squaredNorm();
  squared.rowwise() += Row(b.rowwise().squaredNorm().transpose());
  return squared.cwiseMax(0);
}

double median_distance(const RowMajor& z) {
  const Eigen::Index step = std::max<Eigen::Index>(1, z.rows() / kRowsForMedian);
  const RowMajor some = z(Eigen::seq(0, z.rows() - 1, step), Eigen::all);
  const RowMajor squared = squared_distances(some, some);
  std::vector<double> between;
  for (Eigen::Index i = 0; i < squared.rows(); ++i) {
    for (Eigen::Index j = 0; j < i; ++j) between.push_back(squared(i, j));
  }
  return std::max(stats::quantile(between, 0.5), 1e-6);
}

std::vector<Eigen::Index> kept_rows(Eigen::Index rows, std::mt19937_64& random) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  if (rows <= kMostRows) return order;
  keep_random(order, static_cast<std::size_t>(kMostRows), random);
  std::ranges::sort(order);
  return order;
}

// (K' K + ridge * K_kept) weights = K' y: the same as (K + ridge) weights = y where every row is kept.
Eigen::VectorXd solve(const RowMajor& z, const RowMajor& kept, const Eigen::VectorXd& y, float precision) {
  const auto kernel = [&](const RowMajor& a) -> Eigen::MatrixXd {
    return (-precision * squared_distances(a, kept).array()).exp().matrix().cast<double>();
  };
  Eigen::MatrixXd normal = kRidge * kernel(kept);
  normal.diagonal().array() += kJitter;
  Eigen::VectorXd right = Eigen::VectorXd::Zero(kept.rows());
  for (Eigen::Index from = 0; from < z.rows(); from += kBlock) {
    const Eigen::Index count = std::min(kBlock, z.rows() - from);
    const Eigen::MatrixXd block = kernel(z.middleRows(from, count));
    normal.selfadjointView<Eigen::Lower>().rankUpdate(block.transpose());
    right += block.transpose() * y.segment(from, count);
  }
  return normal.selfadjointView<Eigen::Lower>().llt().solve(right);
}

RowMajor standardised(const Matrix& x, const std::vector<float>& mean, const std::vector<float>& factor) {
  const float most = KernelRidge::kFarthest;
  return ((view(x).rowwise() - view(mean)).array().rowwise() * view(factor).array()).cwiseMax(-most).cwiseMin(most);
}

}  // namespace

std::vector<float> KernelRidge::apply(const Matrix& x) const {
  const RowMajor z = standardised(x, mean, factor) * view(directions);
  const RowMajor kernel = (-precision * squared_distances(z, view(rows)).array()).exp();
  const Eigen::VectorXf values = (kernel * view(weights).transpose()).array() + bias;
  return {values.data(), values.data() + values.size()};
}

KernelRidge fit_kernel_ridge(const Matrix& x, const std::vector<double>& targets, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  KernelRidge ridge;
  const Row mean = view(x).colwise().mean();
  const Row deviation = (view(x).rowwise() - mean).array().square().colwise().mean().sqrt();
  const Row factor = (deviation.array() + 1e-4F).inverse();
  ridge.mean = to_vector(mean);
  ridge.factor = to_vector(factor);
  const RowMajor inputs = standardised(x, ridge.mean, ridge.factor);
  const RowMajor directions = main_directions(inputs, random);
  const RowMajor z = inputs * directions, kept = z(kept_rows(z.rows(), random), Eigen::all);
  ridge.directions = to_matrix(directions);
  ridge.rows = to_matrix(kept);
  ridge.precision = static_cast<float>(kNarrowness / median_distance(kept));
  const Eigen::VectorXd y =
      Eigen::Map<const Eigen::VectorXd>(targets.data(), static_cast<Eigen::Index>(targets.size()));
  ridge.bias = static_cast<float>(y.mean());
  const Eigen::VectorXf weights = solve(z, kept, y.array() - y.mean(), ridge.precision).cast<float>();
  ridge.weights = to_vector(weights.transpose());
  return ridge;
}

namespace graph {
namespace op = ov::opset13;
// x: [1, inputs] -> [1, 1]
Value add_to_graph(const KernelRidge& ridge, const Value& x) {
  const Value away = std::make_shared<op::Subtract>(x, row_of(ridge.mean));
  Value z = std::make_shared<op::Multiply>(away, row_of(ridge.factor));
  z = std::make_shared<op::Clamp>(z, -KernelRidge::kFarthest, KernelRidge::kFarthest);
  z = std::make_shared<op::MatMul>(z, weights(ridge.directions), false, false);
  const Value apart = std::make_shared<op::Subtract>(z, weights(ridge.rows));
  const Value squared =
      std::make_shared<op::ReduceSum>(std::make_shared<op::Multiply>(apart, apart), indices({1}), true);
  const Value kernel = std::make_shared<op::Exp>(line(squared, -ridge.precision, 0));
  const Value each = std::make_shared<op::Multiply>(kernel, constant<float>({ridge.weights.size(), 1}, ridge.weights));
  return line(std::make_shared<op::ReduceSum>(each, indices({0}), true), 1, ridge.bias);
}

}  // namespace graph

}  // namespace lineguard::detector
