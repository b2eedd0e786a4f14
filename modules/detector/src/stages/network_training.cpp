#include "network_training.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <utility>

#include <lineguard/detector/random_choice.h>

namespace lineguard::detector {
using namespace features;

RowMajor initial_weights(Eigen::Index inputs, Eigen::Index outputs, std::mt19937_64& random) {
  RowMajor weights(inputs, outputs);
  const float bound = std::sqrt(6.0F / static_cast<float>(inputs));
  for (Eigen::Index i = 0; i < weights.size(); ++i)
    weights.data()[i] = bound * static_cast<float>(between(-1, 1, random));
  return weights;
}

namespace {

// SplitMix (Steele, Lea and Flood 2014): a tenth of the time of a Mersenne Twister, and good enough to drop units by.
std::uint64_t next_word(std::uint64_t& state) {
  std::uint64_t word = state += 0x9E3779B97F4A7C15;
  word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9;
  word = (word ^ (word >> 27)) * 0x94D049BB133111EB;
  return word ^ (word >> 31);
}

// Calls `use` with the number of each of `count` entries and its factor: 0 for a share of them, by one random byte
// each.
template <typename Use>
void each_factor(Eigen::Index count, double share, std::mt19937_64& random, Use use) {
  constexpr int kBytes = 8;
  std::array<float, 256> factor_of{};
  const auto dropped = static_cast<std::size_t>(std::lround(share * 256));
  std::fill(factor_of.begin() + static_cast<std::ptrdiff_t>(dropped), factor_of.end(),
            256.0F / static_cast<float>(256 - dropped));
  std::uint64_t state = random();
  for (Eigen::Index i = 0; i < count; i += kBytes) {
    std::uint64_t word = next_word(state);
    const Eigen::Index end = std::min<Eigen::Index>(count, i + kBytes);
    for (Eigen::Index k = i; k < end; ++k, word >>= 8) use(k, factor_of[word & 0xFF]);
  }
}

}  // namespace

void drop(RowMajor& values, double share, std::mt19937_64& random) {
  float* const value = values.data();
  each_factor(values.size(), share, random, [value](Eigen::Index i, float factor) { value[i] *= factor; });
}

RowMajor drop_factors(const RowMajor& values, double share, std::mt19937_64& random) {
  RowMajor factors(values.rows(), values.cols());
  float* const to = factors.data();
  each_factor(factors.size(), share, random, [to](Eigen::Index i, float factor) { to[i] = factor; });
  return factors;
}

RowMajor take_rows(const RowMajor& all, const std::vector<Eigen::Index>& rows) {
  RowMajor taken(static_cast<Eigen::Index>(rows.size()), all.cols());
  for (std::size_t i = 0; i < rows.size(); ++i) taken.row(static_cast<Eigen::Index>(i)) = all.row(rows[i]);
  return taken;
}

void each_batch(Eigen::Index rows, const Batches& batches, std::mt19937_64& random,
                const std::function<void(const std::vector<Eigen::Index>&, double)>& learn) {
  const Eigen::Index batch = std::min<Eigen::Index>(batches.size, rows), of_epoch = rows / batch;
  const double steps = static_cast<double>(of_epoch) * batches.epochs;
  std::vector<Eigen::Index> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  int time = 0;
  for (int epoch = 0; epoch < batches.epochs; ++epoch) {
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
    for (Eigen::Index b = 0; b < of_epoch; ++b)
      learn({order.begin() + b * batch, order.begin() + (b + 1) * batch}, time++ / steps);
  }
}

double half_cosine(double done) {
  return 0.5 * (1 + std::cos(std::numbers::pi * done));
}

RowMajor cross_entropy_gradient(RowMajor outputs, const RowMajor& targets) {
  outputs.colwise() -= outputs.rowwise().maxCoeff().eval();
  outputs = outputs.array().exp();
  outputs.array().colwise() /= outputs.rowwise().sum().eval().array();
  return outputs - targets;
}

Parameter::Parameter(RowMajor start) : value(std::move(start)) {
  moment = square = RowMajor::Zero(value.rows(), value.cols());
}

void Parameter::step(const RowMajor& gradient, double rate, double decay, int time) {
  moment = 0.9F * moment + 0.1F * gradient;
  square = 0.999F * square + 0.001F * gradient.cwiseProduct(gradient);
  const auto correction = static_cast<float>(std::sqrt(1 - std::pow(0.999, time)) / (1 - std::pow(0.9, time)));
  value.array() -= static_cast<float>(rate) * (correction * moment.array() / (square.array().sqrt() + 1e-8F) +
                                               static_cast<float>(decay) * value.array());
}

}  // namespace lineguard::detector
