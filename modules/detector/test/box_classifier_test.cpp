// The second look at boxes: what it sees, what it learns, and that the graph sees and says the same.
#include "graph_stages.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>
#include <openvino/openvino.hpp>

#include <lineguard/detector/box_pixels.h>
#include <lineguard/infer/runtime.h>

namespace lineguard::detector {
using namespace features;
namespace {

constexpr int kTile = 64;
using Tile = std::vector<std::uint8_t>;

Tile noise(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Tile tile(kTile * kTile * 3);
  for (std::uint8_t& value : tile) value = static_cast<std::uint8_t>(random() % 256);
  return tile;
}

Tile bright_left_of(int x) {
  Tile tile(kTile * kTile * 3, 0);
  for (std::size_t i = 0; i < tile.size(); ++i) tile[i] = static_cast<int>(i / 3) % kTile < x ? 255 : 0;
  return tile;
}

std::vector<float> run(const graph::Value& value) {
  const auto result = std::make_shared<ov::op::v0::Result>(value);
  ov::Core& core = infer::runtime();
  auto compiled = core.compile_model(std::make_shared<ov::Model>(ov::ResultVector{result}, ov::ParameterVector{}),
                                     "CPU", ov::hint::inference_precision(ov::element::f32));
  auto request = compiled.create_infer_request();
  request.infer();
  const ov::Tensor tensor = request.get_output_tensor();
  return {tensor.data<float>(), tensor.data<float>() + tensor.get_size()};
}

graph::Value as_constant(const Tile& tile) {
  return graph::constant<std::uint8_t>({1, kTile, kTile, 3}, tile);
}

std::vector<float> corners_with_margin(const Box& box) {
  const double x = box.x + box.width / 2, y = box.y + box.height / 2;
  const double half_width = kBoxMargin * box.width / 2, half_height = kBoxMargin * box.height / 2;
  std::vector<float> corners;
  for (const double corner : {x - half_width, y - half_height, x + half_width, y + half_height})
    corners.push_back(static_cast<float>(kTile * corner));
  return corners;
}

// A bar that runs through, or one that stops short: the same mean, another form.
Matrix bars(std::size_t count, std::vector<int>& targets) {
  constexpr int kSide = BoxClassifier::kSide;
  Matrix pictures(count, kSide * kSide * 3);
  std::mt19937_64 random(1);
  for (std::size_t i = 0; i < count; ++i) {
    std::ranges::fill(pictures.row(i), -1.0F);
    const bool through = i % 2 == 0;
    const int top = 4 + static_cast<int>(random() % 14), gap = 6 + static_cast<int>(random() % 10);
    for (int x = 0; x < kSide; ++x) {
      if (!through && x >= gap && x < gap + 2) continue;
      for (int y = top; y < top + 3; ++y)
        std::fill_n(&pictures.row(i)[static_cast<std::size_t>(3 * (y * kSide + x))], 3, 1.0F);
    }
    targets.push_back(through ? 0 : 1);
  }
  return pictures;
}

Matrix one_hot(const std::vector<int>& targets) {
  Matrix matrix(targets.size(), 2);
  for (std::size_t i = 0; i < targets.size(); ++i) matrix.row(i)[static_cast<std::size_t>(targets[i])] = 1;
  return matrix;
}

TEST(SecondLook, SeesTheBoxWithItsMargin) {
  const auto seen = box_pixels(bright_left_of(32), kTile, {0.5 - 0.1, 0.3, 0.2, 0.2});
  ASSERT_EQ(seen.size(), 24U * 24U * 3U);
  EXPECT_NEAR(seen[0], 255.0 / 128 - 1, 1e-6);
  EXPECT_NEAR(seen[3 * 23], -1, 1e-6);
}

TEST(SecondLook, TheGraphSeesTheSameAlsoAtTheBorder) {
  const Tile tile = noise(1);
  const std::vector<Box> boxes{
      {0.3, 0.4, 0.2, 0.1}, {-0.1, 0, 0.3, 0.4}, {0.8, 0.7, 0.25, 0.3}, {0.5, 0.5, 0.01, 0.01}};
  std::vector<float> corners, expected;
  for (const Box& box : boxes) {
    const auto of_box = corners_with_margin(box);
    corners.insert(corners.end(), of_box.begin(), of_box.end());
    const auto seen = box_pixels(tile, kTile, box);
    for (std::size_t channel = 0; channel < 3; ++channel) {  // the graph has channels first
      for (std::size_t i = channel; i < seen.size(); i += 3) expected.push_back(seen[i]);
    }
  }
  const auto found =
      run(graph::box_pixels_in_graph(as_constant(tile), graph::constant<float>({boxes.size(), 4}, corners)));
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-4) << i;
}

TEST(BoxClassifier, LearnsFormAndTheGraphSaysTheSame) {
  std::vector<int> targets;
  const Matrix pictures = bars(256, targets);
  BoxClassifierOptions options{.channels = 8, .epochs = 15, .batch = 32};
  const BoxClassifier network = fit_box_classifier(pictures, one_hot(targets), options);
  const Matrix logits = network.apply(pictures);
  int right = 0;
  for (std::size_t i = 0; i < logits.rows; ++i) right += (logits.row(i)[1] > logits.row(i)[0]) == (targets[i] == 1);
  EXPECT_GT(right, 245);
  EXPECT_EQ(fit_box_classifier(pictures, one_hot(targets), options).linear.weights.values,
            network.linear.weights.values);
  std::vector<float> channels_first;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    for (std::size_t i = channel; i < pictures.columns; i += 3) channels_first.push_back(pictures.row(1)[i]);
  }
  const auto found = run(graph::add_to_graph(network, graph::constant<float>({1, 3, 24, 24}, channels_first)));
  EXPECT_NEAR(found[0], logits.row(1)[0], 1e-3);
  EXPECT_NEAR(found[1], logits.row(1)[1], 1e-3);
}

// A network that answers by the mean of its last pixels: only what the box shows can move a cell's class.
TEST(SecondLook, LikelyCellsTakeTheClassOfTheirBoxAndStayAsLikely) {
  constexpr std::size_t kGrid = 4, kCells = kGrid * kGrid;
  BoxClassifier by_brightness;
  for (int i = 0; i < 3; ++i) {
    const std::size_t inputs = i == 0 ? 3 : 1;
    by_brightness.convolutions.push_back({Matrix(9 * inputs, 1), {0}});
    by_brightness.convolutions.back().weights.row(4 * inputs)[0] = 1;  // the pixel itself, first channel
  }
  by_brightness.linear = {Matrix(9, 2), {-10, 10}};
  by_brightness.linear.weights.row(4)[0] = 20;
  by_brightness.linear.weights.row(4)[1] = -20;
  const std::vector<float> classes(kCells * 2, 0.4F), ways(kCells * 4, 0.5F);
  const auto found = run(graph::add_box_classes(as_constant(bright_left_of(kTile / 2)), {by_brightness},
                                                graph::constant<float>({kCells, 2}, classes),
                                                graph::constant<float>({kCells, 4}, ways)));
  for (std::size_t cell = 0; cell < kCells; ++cell) {
    const bool left = cell % kGrid < kGrid / 2;
    EXPECT_NEAR(found[2 * cell], left ? 0.8 : 0, 1e-3) << cell;
    EXPECT_NEAR(found[2 * cell + 1], left ? 0 : 0.8, 1e-3) << cell;
  }
}

}  // namespace
}  // namespace lineguard::detector
