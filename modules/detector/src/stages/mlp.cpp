#include "graph_stages.h"
#include "network_training.h"

#include <utility>

#include <openvino/opsets/opset13.hpp>

#include <lineguard/detector/mlp.h>

namespace lineguard::detector {
using namespace features;
namespace {

// Of the loss of each row, by the outputs.
RowMajor gradient(Learns learns, RowMajor outputs, const RowMajor& targets) {
  if (learns == Learns::values) return (outputs - targets).cwiseMax(-1).cwiseMin(1);
  return cross_entropy_gradient(std::move(outputs), targets);
}

class OneNetwork {
 public:
  OneNetwork(const RowMajor& x, const RowMajor& targets, const MlpOptions& options, std::uint64_t seed)
      : x_(x),
        targets_(targets),
        options_(options),
        random_(seed),
        first(initial_weights(x.cols(), options.hidden, random_)),
        first_bias(RowMajor::Zero(1, options.hidden)),
        second(initial_weights(options.hidden, targets.cols(), random_)),
        second_bias(RowMajor::Zero(1, targets.cols())) {}

  void train() {
    each_batch(x_.rows(), {options_.batch, options_.epochs}, random_,
               [this](const std::vector<Eigen::Index>& rows, double done) {
                 step(take_rows(x_, rows), take_rows(targets_, rows), options_.learning_rate * half_cosine(done));
               });
  }

 private:
  void step(RowMajor x, const RowMajor& targets, double rate) {
    drop(x, options_.dropout / 2, random_);
    const RowMajor before = (x * first.value).rowwise() + Row(first_bias.value);
    RowMajor hidden = before.cwiseMax(0);
    const RowMajor kept = drop_factors(hidden, options_.dropout, random_);
    hidden.array() *= kept.array();
    const RowMajor outputs = (hidden * second.value).rowwise() + Row(second_bias.value);
    const RowMajor at_outputs = gradient(options_.learns, outputs, targets) / static_cast<float>(x.rows());
    const RowMajor at_hidden =
        ((at_outputs * second.value.transpose()).array() * kept.array() * (before.array() > 0).cast<float>()).matrix();
    ++time_;
    second.step(hidden.transpose() * at_outputs, rate, options_.weight_decay, time_);
    second_bias.step(at_outputs.colwise().sum(), rate, 0, time_);
    first.step(x.transpose() * at_hidden, rate, options_.weight_decay, time_);
    first_bias.step(at_hidden.colwise().sum(), rate, 0, time_);
  }

  const RowMajor& x_;
  const RowMajor& targets_;
  const MlpOptions& options_;
  std::mt19937_64 random_;
  int time_ = 0;

 public:
  Parameter first, first_bias, second, second_bias;
};

struct Standard {
  Row mean, factor;
};

Standard fit_standard(const Eigen::Map<const RowMajor>& x) {
  Standard standard;
  standard.mean = x.colwise().mean();
  const Row variance = (x.rowwise() - standard.mean).array().square().colwise().mean();
  standard.factor = (variance.array() + 1e-10F).rsqrt();
  return standard;
}

}  // namespace

Matrix Mlp::apply(const Matrix& x) const {
  const RowMajor hidden = ((view(x) * view(first)).rowwise() + view(first_bias)).cwiseMax(0);
  return to_matrix((hidden * view(second)).rowwise() + view(second_bias));
}

Mlp fit_mlp(const Matrix& x, const Matrix& targets, const MlpOptions& options) {
  const Standard standard = fit_standard(view(x));
  const RowMajor inputs =
      ((view(x).rowwise() - standard.mean).array().rowwise() * standard.factor.array()).cwiseMax(-8).cwiseMin(8);
  const RowMajor wanted = view(targets);
  const Eigen::Index hidden = options.hidden, all = hidden * options.members;
  RowMajor first(inputs.cols(), all), second(all, wanted.cols());
  Row first_bias(all), second_bias = Row::Zero(wanted.cols());
  const auto share = 1 / static_cast<float>(options.members);
  for (int i = 0; i < options.members; ++i) {
    OneNetwork member(inputs, wanted, options, options.seed * 1000 + static_cast<std::uint64_t>(i));
    member.train();
    first.middleCols(i * hidden, hidden) = standard.factor.asDiagonal() * member.first.value;
    first_bias.segment(i * hidden, hidden) =
        Row(member.first_bias.value) - standard.mean * first.middleCols(i * hidden, hidden);
    second.middleRows(i * hidden, hidden) = share * member.second.value;
    second_bias += share * Row(member.second_bias.value);
  }
  return {to_matrix(first), to_vector(first_bias), to_matrix(second), to_vector(second_bias)};
}

namespace graph {
namespace op = ov::opset13;
Value add_to_graph(const Mlp& mlp, const Value& x) {
  Value hidden = std::make_shared<op::MatMul>(x, weights(mlp.first), false, false);
  hidden = std::make_shared<op::Relu>(std::make_shared<op::Add>(hidden, row_of(mlp.first_bias)));
  const Value out = std::make_shared<op::MatMul>(hidden, weights(mlp.second), false, false);
  return std::make_shared<op::Add>(out, row_of(mlp.second_bias));
}

}  // namespace graph

}  // namespace lineguard::detector
