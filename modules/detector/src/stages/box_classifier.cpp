#include "graph_stages.h"
#include "network_training.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <openvino/opsets/opset13.hpp>

#include <lineguard/detector/box_classifier.h>
#include <lineguard/detector/box_pixels.h>
#include <lineguard/features/dihedral.h>

namespace lineguard::detector {
using namespace features;
namespace {

using Index = Eigen::Index;

constexpr int kWindow = 3, kNeighbours = kWindow * kWindow;
constexpr double kWarmUp = 0.1;  // share of the steps

// Pictures are [n * side * side, channels]: row, column, channel. Calls `use(row, k, other)` for each pixel's row and
// that of its k-th neighbour of 3 x 3, itself among them, where that lies inside the picture.
template <typename Use>
void each_neighbour(Index rows, Index side, Use use) {
  for (Index row = 0; row < rows; ++row) {
    const Index y = row % (side * side) / side, x = row % side;
    for (Index k = 0; k < kNeighbours; ++k) {
      const Index dy = k / kWindow - 1, dx = k % kWindow - 1;
      if (y + dy >= 0 && y + dy < side && x + dx >= 0 && x + dx < side) use(row, k, row + dy * side + dx);
    }
  }
}

// [.., 9 * channels]; zero beyond the border.
RowMajor neighbours_of(const RowMajor& x, Index side) {
  const Index channels = x.cols();
  RowMajor out = RowMajor::Zero(x.rows(), kNeighbours * channels);
  each_neighbour(x.rows(), side, [&](Index row, Index k, Index other) {
    std::copy_n(x.data() + other * channels, channels, out.data() + row * out.cols() + k * channels);
  });
  return out;
}

// The other way: what each pixel gives to its neighbours comes back to it.
RowMajor gathered_from(const RowMajor& neighbours, Index side, Index channels) {
  RowMajor out = RowMajor::Zero(neighbours.rows(), channels);
  each_neighbour(neighbours.rows(), side, [&](Index row, Index k, Index other) {
    out.row(other) += neighbours.block(row, k * channels, 1, channels);
  });
  return out;
}

// Of 2 x 2 pixels, and which of the four it was.
struct Highest {
  RowMajor values;
  std::vector<std::uint8_t> which;
};

Index fine_row(Index coarse, int which, Index side) {
  const Index half = side / 2, picture = coarse / (half * half), y = coarse % (half * half) / half, x = coarse % half;
  return picture * side * side + (2 * y + which / 2) * side + 2 * x + which % 2;
}

Highest highest_of_four(const RowMajor& x, Index side) {
  Highest highest{RowMajor(x.rows() / 4, x.cols()), {}};
  highest.which.resize(static_cast<std::size_t>(highest.values.size()));
  for (Index row = 0; row < highest.values.rows(); ++row) {
    auto* which = &highest.which[static_cast<std::size_t>(row * x.cols())];
    highest.values.row(row) = x.row(fine_row(row, 0, side));
    for (int k = 1; k < 4; ++k) {
      const float* other = x.data() + fine_row(row, k, side) * x.cols();
      float* best = highest.values.data() + row * x.cols();
      for (Index c = 0; c < x.cols(); ++c) {
        if (other[c] <= best[c]) continue;
        best[c] = other[c];
        which[c] = static_cast<std::uint8_t>(k);
      }
    }
  }
  return highest;
}

RowMajor spread_to_highest(const RowMajor& gradient, const std::vector<std::uint8_t>& which, Index side) {
  RowMajor out = RowMajor::Zero(gradient.rows() * 4, gradient.cols());
  for (Index row = 0; row < gradient.rows(); ++row) {
    for (Index c = 0; c < gradient.cols(); ++c)
      out(fine_row(row, which[static_cast<std::size_t>(row * gradient.cols() + c)], side), c) = gradient(row, c);
  }
  return out;
}

// [n, side * side * channels] <-> [n * side * side, channels]: the same numbers.
RowMajor reshaped(RowMajor x, Index columns) {
  const Index rows = x.size() / columns;
  x.resize(rows, columns);
  return x;
}

struct Step {
  RowMajor neighbours;
  Highest highest;
};

class Trainer {
 public:
  Trainer(const Matrix& pictures, const Matrix& targets, const BoxClassifierOptions& options)
      : options_(options), pictures_(pictures), targets_(view(targets)), random_(options.seed) {
    Index inputs = BoxClassifier::kChannels, outputs = options.channels;
    for (int side = BoxClassifier::kSide; side > BoxClassifier::kLastSide; side /= 2) {
      weights_.emplace_back(initial_weights(kNeighbours * inputs, outputs, random_));
      biases_.emplace_back(RowMajor::Zero(1, outputs));
      inputs = outputs;
      outputs *= 2;
    }
    weights_.emplace_back(
        initial_weights(Index{BoxClassifier::kLastSide} * BoxClassifier::kLastSide * inputs, targets_.cols(), random_));
    biases_.emplace_back(RowMajor::Zero(1, targets_.cols()));
  }

  void train() {
    each_batch(targets_.rows(), {options_.batch, options_.epochs}, random_,
               [this](const std::vector<Index>& rows, double done) {
                 const double share = done < kWarmUp ? done / kWarmUp : half_cosine((done - kWarmUp) / (1 - kWarmUp));
                 step(turned_pictures(rows, static_cast<int>(random_() % 8)), take_rows(targets_, rows),
                      options_.learning_rate * share);
               });
  }

  BoxClassifier network() const {
    BoxClassifier network;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      BoxClassifier::Layer layer{to_matrix(weights_[i].value), to_vector(Row(biases_[i].value))};
      if (i + 1 < weights_.size())
        network.convolutions.push_back(std::move(layer));
      else
        network.linear = std::move(layer);
    }
    return network;
  }

 private:
  RowMajor turned_pictures(const std::vector<Index>& rows, int way) const {
    RowMajor out(static_cast<Index>(rows.size()), static_cast<Index>(pictures_.columns));
    for (Index i = 0; i < out.rows(); ++i) {
      const auto picture = pictures_.row(static_cast<std::size_t>(rows[static_cast<std::size_t>(i)]));
      const std::vector<float> values(picture.begin(), picture.end());
      out.row(i) = view(turned(values, BoxClassifier::kSide, BoxClassifier::kChannels, way));
    }
    return out;
  }

  void step(RowMajor x, const RowMajor& targets, double rate) {
    const Index pictures = x.rows();
    std::vector<Step> steps;
    Index side = BoxClassifier::kSide;
    x = reshaped(std::move(x), BoxClassifier::kChannels);
    for (std::size_t i = 0; i + 1 < weights_.size(); ++i, side /= 2) {
      steps.push_back({neighbours_of(x, side), {}});
      const RowMajor sums = (steps[i].neighbours * weights_[i].value).rowwise() + Row(biases_[i].value);
      steps[i].highest = highest_of_four(sums.cwiseMax(0), side);
      x = steps[i].highest.values;
    }
    const Index channels = x.cols(), of_picture = x.size() / pictures;
    x = reshaped(std::move(x), of_picture);
    const RowMajor kept = drop_factors(x, options_.dropout, random_);
    x.array() *= kept.array();
    const RowMajor outputs = (x * weights_.back().value).rowwise() + Row(biases_.back().value);
    RowMajor at = cross_entropy_gradient(outputs, targets) / static_cast<float>(pictures);
    RowMajor back = (at * weights_.back().value.transpose()).cwiseProduct(kept);
    ++time_;
    update(weights_.size() - 1, x.transpose() * at, at.colwise().sum(), rate);
    back = reshaped(std::move(back), channels);
    for (std::size_t i = steps.size(); i-- > 0;) {
      side *= 2;
      back.array() *= (steps[i].highest.values.array() > 0).cast<float>();
      at = spread_to_highest(back, steps[i].highest.which, side);
      if (i > 0) back = gathered_from(at * weights_[i].value.transpose(), side, weights_[i].value.rows() / kNeighbours);
      update(i, steps[i].neighbours.transpose() * at, at.colwise().sum(), rate);
    }
  }

  void update(std::size_t layer, const RowMajor& weights, const RowMajor& bias, double rate) {
    weights_[layer].step(weights, rate, options_.weight_decay, time_);
    biases_[layer].step(bias, rate, 0, time_);
  }

  const BoxClassifierOptions& options_;
  const Matrix& pictures_;
  const RowMajor targets_;
  std::mt19937_64 random_;
  std::vector<Parameter> weights_, biases_;  // the last of each is the linear layer's
  int time_ = 0;
};

}  // namespace

Matrix BoxClassifier::apply(const Matrix& pictures) const {
  RowMajor x = reshaped(view(pictures), kChannels);
  Index side = kSide;
  for (const Layer& layer : convolutions) {
    const RowMajor sums = (neighbours_of(x, side) * view(layer.weights)).rowwise() + view(layer.bias);
    x = highest_of_four(sums.cwiseMax(0), side).values;
    side /= 2;
  }
  x = reshaped(std::move(x), static_cast<Index>(linear.weights.rows));
  return to_matrix((x * view(linear.weights)).rowwise() + view(linear.bias));
}

BoxClassifier fit_box_classifier(const Matrix& pictures, const Matrix& targets, const BoxClassifierOptions& options) {
  Trainer trainer(pictures, targets, options);
  trainer.train();
  return trainer.network();
}

namespace graph {
namespace op = ov::opset13;
namespace {

constexpr double kLeastShare = 1e-3;  // of a class by the cell: the second look can still have it
constexpr double kWeightOfCell = 0.5;

Value axis(std::int64_t number) {
  return constant<std::int64_t>({}, {number});
}

// The boxes of some cells with the margin of a second look, in pixels of the tile. ways: [cells, 4], in cells; cells:
// [n] -> [n, 4]
Value boxes_to_look_at(const Value& ways, const Value& cells, std::int64_t grid, double pixels_of_cell) {
  std::vector<float> middles;
  const auto middle = [&](std::int64_t at) {
    return static_cast<float>((static_cast<double>(at) + 0.5) * pixels_of_cell);
  };
  for (std::int64_t row = 0; row < grid; ++row) {
    for (std::int64_t column = 0; column < grid; ++column) {
      middles.insert(middles.end(), {middle(column), middle(row), middle(column), middle(row)});
    }
  }
  // From the middle of a box, half its side with the margin to the left and to the right.
  const auto near = static_cast<float>(pixels_of_cell * (1 + kBoxMargin) / 2);
  const auto far = static_cast<float>(pixels_of_cell * (1 - kBoxMargin) / 2);
  const Value spread = constant<float>({4, 4}, {-near, 0, -far, 0, 0, -near, 0, -far, far, 0, near, 0, 0, far, 0,
                                                near});  // rows: left, top, right, bottom
  const Value kept = std::make_shared<op::Clamp>(ways, 0, static_cast<double>(grid));
  const Value reach =
      std::make_shared<op::MatMul>(std::make_shared<op::Gather>(kept, cells, axis(0)), spread, false, false);
  const Value at = std::make_shared<op::Gather>(constant<float>({static_cast<std::size_t>(grid * grid), 4}, middles),
                                                cells, axis(0));
  return std::make_shared<op::Add>(at, reach);
}

// [9 * inputs, outputs] by row, column, channel -> [outputs, inputs, 3, 3]
Value kernel_of(const BoxClassifier::Layer& layer) {
  const std::size_t inputs = layer.weights.rows / 9, outputs = layer.weights.columns;
  const Value by_place = constant<float>({3, 3, inputs, outputs}, layer.weights.values);
  return std::make_shared<op::Transpose>(by_place, indices({3, 2, 0, 1}));
}

Value bias_of(const BoxClassifier::Layer& layer) {
  return constant<float>({1, layer.bias.size(), 1, 1}, layer.bias);
}

}  // namespace

Value box_pixels_in_graph(const Value& tile, const Value& boxes) {
  constexpr int kSide = BoxClassifier::kSide;
  const std::size_t count = boxes.get_shape()[0];
  const Value first = constant<std::int32_t>({count}, std::vector<std::int32_t>(count, 0));
  // The CPU plugin takes HALF_PIXEL for ASYMMETRIC; this mode moves by half a pixel (measured, 2026.4).
  const Value seen =
      std::make_shared<op::ROIAlign>(pixels_of(tile), boxes, first, kSide, kSide, 1, 1.0F,
                                     op::ROIAlign::PoolingMode::AVG, op::ROIAlign::AlignedMode::HALF_PIXEL_FOR_NN);
  return line(seen, 1.0 / 128, -1);
}

Value add_to_graph(const BoxClassifier& network, const Value& seen) {
  Value x = seen;
  for (const BoxClassifier::Layer& layer : network.convolutions) {
    const ov::Strides step{1, 1}, two{2, 2};
    x = std::make_shared<op::Convolution>(x, kernel_of(layer), step, ov::CoordinateDiff{1, 1}, ov::CoordinateDiff{1, 1},
                                          step);
    x = std::make_shared<op::Relu>(std::make_shared<op::Add>(x, bias_of(layer)));
    x = std::make_shared<op::MaxPool>(x, two, step, ov::Shape{0, 0}, ov::Shape{0, 0}, ov::Shape{2, 2})->output(0);
  }
  x = std::make_shared<op::Transpose>(x, indices({0, 2, 3, 1}));
  x = std::make_shared<op::Reshape>(x, indices({-1, static_cast<std::int64_t>(network.linear.weights.rows)}), false);
  x = std::make_shared<op::MatMul>(x, weights(network.linear.weights), false, false);
  return std::make_shared<op::Add>(x, row_of(network.linear.bias));
}

Value add_box_classes(const Value& tile, const std::vector<BoxClassifier>& networks, const Value& classes,
                      const Value& ways) {
  const auto cells = static_cast<std::int64_t>(classes.get_shape()[0]);
  const auto grid = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(cells))));
  const Value defective = std::make_shared<op::Reshape>(std::make_shared<op::ReduceSum>(classes, indices({1}), true),
                                                        indices({cells}), false);
  const Value count = constant<std::int64_t>({}, {std::min<std::int64_t>(kMostClassified, cells)});
  const Value likeliest = std::make_shared<op::TopK>(defective, count, 0, op::TopK::Mode::MAX,
                                                     op::TopK::SortType::SORT_VALUES, ov::element::i32)
                              ->output(1);
  const double pixels_of_cell = static_cast<double>(tile.get_shape()[2]) / static_cast<double>(grid);
  const Value seen = box_pixels_in_graph(tile, boxes_to_look_at(ways, likeliest, grid, pixels_of_cell));
  const Value by_cell = std::make_shared<op::Log>(
      std::make_shared<op::Maximum>(std::make_shared<op::Gather>(classes, likeliest, axis(0)), scalar(kLeastShare)));
  Value logits = std::make_shared<op::Multiply>(by_cell, scalar(kWeightOfCell));
  const Value share = scalar(1.0 / static_cast<double>(networks.size()));
  for (const BoxClassifier& network : networks)
    logits = std::make_shared<op::Add>(logits, std::make_shared<op::Multiply>(add_to_graph(network, seen), share));
  const Value shares = std::make_shared<op::Softmax>(logits, 1);
  const Value likely =
      std::make_shared<op::Unsqueeze>(std::make_shared<op::Gather>(defective, likeliest, axis(0)), axis(1));
  return std::make_shared<op::ScatterUpdate>(classes, likeliest, std::make_shared<op::Multiply>(shares, likely),
                                             axis(0));
}

}  // namespace graph

}  // namespace lineguard::detector
