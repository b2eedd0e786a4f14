#include "network_training.h"

#include "random_choice.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace lineguard::detector {

RowMajor initial_weights(Eigen::Index inputs, Eigen::Index outputs, std::mt19937_64& random) {
  RowMajor weights(inputs, outputs);
  const float bound = std::sqrt(6.0F / static_cast<float>(inputs));
  for (Eigen::Index i = 0; i < weights.size(); ++i)
    weights.data()[i] = bound * static_cast<float>(between(-1, 1, random));
  return weights;
}

RowMajor drop(RowMajor& values, double share, std::mt19937_64& random) {
  const float kept = static_cast<float>(1 / (1 - share));
  RowMajor factors(values.rows(), values.cols());
  const auto limit = static_cast<std::uint64_t>(share * 65536);
  std::uint64_t bits = 0;
  for (Eigen::Index i = 0; i < factors.size(); ++i) {
    if (i % 4 == 0) bits = random();
    factors.data()[i] = (bits & 0xFFFF) < limit ? 0 : kept;
    bits >>= 16;
  }
  values.array() *= factors.array();
  return factors;
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
