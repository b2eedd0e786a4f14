#include "bank.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <Eigen/Dense>

namespace lineguard::detector {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Map<const RowMajor> view(const Matrix& matrix) {
  return {matrix.values.data(), static_cast<Eigen::Index>(matrix.rows), static_cast<Eigen::Index>(matrix.columns)};
}

// Signs of random bits, scaled: distances stay the same on average (Achlioptas 2003). Needs no normal distribution,
// whose numbers differ between standard libraries.
RowMajor random_projection(std::size_t from, std::size_t to, std::mt19937_64& random) {
  RowMajor projection(from, to);
  const float unit = 1 / std::sqrt(static_cast<float>(to));
  for (Eigen::Index i = 0; i < projection.size(); ++i) projection.data()[i] = (random() & 1) ? unit : -unit;
  return projection;
}

RowMajor squared_distances(const Eigen::Map<const RowMajor>& x, const Eigen::Map<const RowMajor>& rows) {
  RowMajor squared = -2 * x * rows.transpose();
  squared.rowwise() += rows.rowwise().squaredNorm().transpose();
  squared.colwise() += x.rowwise().squaredNorm();
  return squared.cwiseMax(0);
}

// Of one row of squared distances.
float mean_of_nearest(Eigen::RowVectorXf squared, int nearest) {
  if (nearest <= 1) return std::sqrt(squared.minCoeff());
  const auto count = std::min<Eigen::Index>(nearest, squared.size());
  std::partial_sort(squared.data(), squared.data() + count, squared.data() + squared.size());
  return squared.head(count).cwiseSqrt().mean();
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

Matrix take_rows(const Matrix& matrix, const std::vector<std::size_t>& rows) {
  Matrix taken(rows.size(), matrix.columns);
  for (std::size_t i = 0; i < rows.size(); ++i) std::ranges::copy(matrix.row(rows[i]), taken.row(i).begin());
  return taken;
}

Whitening fit_whitening(const Matrix& patches, double shrinkage) {
  const auto points = view(patches);
  Whitening whitening;
  const Eigen::RowVectorXf mean = points.colwise().mean();
  whitening.center.assign(mean.data(), mean.data() + mean.size());
  const RowMajor centred = points.rowwise() - mean;
  const Eigen::MatrixXd covariance =
      ((centred.transpose() * centred) / static_cast<float>(points.rows())).cast<double>();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
  const double added = std::max(shrinkage * solver.eigenvalues().mean(), 1e-12);
  const Eigen::VectorXd factors = (solver.eigenvalues().cwiseMax(0).array() + added).rsqrt();
  const RowMajor projection = (solver.eigenvectors() * factors.asDiagonal()).cast<float>();
  whitening.projection = Matrix(patches.columns, patches.columns);
  std::copy(projection.data(), projection.data() + projection.size(), whitening.projection.values.begin());
  return whitening;
}

Matrix apply_whitening(const Whitening& whitening, const Matrix& patches) {
  Matrix white(patches.rows, whitening.projection.columns);
  const Eigen::Map<const Eigen::RowVectorXf> center(whitening.center.data(),
                                                    static_cast<Eigen::Index>(whitening.center.size()));
  Eigen::Map<RowMajor> out(white.values.data(), static_cast<Eigen::Index>(white.rows),
                           static_cast<Eigen::Index>(white.columns));
  out.noalias() = (view(patches).rowwise() - center) * view(whitening.projection);
  return white;
}

Bank fit_bank(const Matrix& patches, const BankOptions& options) {
  Bank bank;
  bank.channels = bank.projected = static_cast<int>(patches.columns);
  bank.nearest = options.nearest;
  Matrix rows;
  if (options.whitening_shrinkage > 0) {
    Whitening whitening = fit_whitening(patches, options.whitening_shrinkage);
    const Matrix white = apply_whitening(whitening, patches);
    rows = take_rows(white, choose_coreset(white, options.size, options.seed));
    bank.center = std::move(whitening.center);
    bank.projection = std::move(whitening.projection.values);
  } else {
    rows = take_rows(patches, choose_coreset(patches, options.size, options.seed));
  }
  bank.rows = std::move(rows.values);
  return bank;
}

std::vector<float> distances_to(const Bank& bank, const Matrix& patches) {
  Matrix projected;
  if (!bank.projection.empty()) {
    Whitening whitening{bank.center,
                        Matrix(static_cast<std::size_t>(bank.channels), static_cast<std::size_t>(bank.projected))};
    whitening.projection.values = bank.projection;
    projected = apply_whitening(whitening, patches);
  }
  const RowMajor squared = squared_distances(view(bank.projection.empty() ? patches : projected),
                                             {bank.rows.data(), bank.size(), bank.projected});
  std::vector<float> distances(patches.rows);
  for (std::size_t i = 0; i < distances.size(); ++i)
    distances[i] = mean_of_nearest(squared.row(static_cast<Eigen::Index>(i)), bank.nearest);
  return distances;
}

}  // namespace lineguard::detector
