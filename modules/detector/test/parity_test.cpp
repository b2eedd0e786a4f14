// Each scoring stage by itself: what the graph computes is what C++ computes, which calibrates.
#include "stages/graph_stages.h"

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openvino/openvino.hpp>

#include <lineguard/detector/brightness.h>
#include <lineguard/detector/fusion.h>
#include <lineguard/detector/labelled_map.h>
#include <lineguard/detector/map_score.h>
#include <lineguard/features/preprocess.h>

namespace lineguard::detector {
using namespace features;
namespace {

constexpr int kGrid = 6;
constexpr std::size_t kCells = 36;

Matrix noise(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Matrix matrix(rows, columns);
  for (float& value : matrix.values) value = static_cast<float>(random() % 2001) / 1000 - 1;
  return matrix;
}

graph::Value as_constant(const ov::Shape& shape, const Matrix& matrix) {
  return graph::constant<float>(shape, matrix.values);
}

std::vector<float> run(const graph::Value& value) {
  const auto result = std::make_shared<ov::op::v0::Result>(value);
  ov::Core core;
  auto compiled = core.compile_model(std::make_shared<ov::Model>(ov::ResultVector{result}, ov::ParameterVector{}),
                                     "CPU", ov::hint::inference_precision(ov::element::f32));
  auto request = compiled.create_infer_request();
  request.infer();
  const ov::Tensor tensor = request.get_output_tensor();
  return {tensor.data<float>(), tensor.data<float>() + tensor.get_size()};
}

void expect_near(const std::vector<float>& found, const std::vector<float>& defined) {
  ASSERT_EQ(found.size(), defined.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], defined[i], 1e-3 * (1 + std::abs(defined[i]))) << i;
}

Mlp some_network(std::size_t inputs, std::size_t outputs) {
  Mlp network{noise(inputs, 8, 1), noise(1, 8, 2).values, noise(8, outputs, 3), noise(1, outputs, 4).values};
  return network;
}

TEST(Parity, Bank) {
  const Matrix good = noise(200, 10, 1), seen = noise(kCells, 10, 2);
  for (const double whitening : {0.0, 0.05}) {
    const Bank bank = fit_bank(good, {.size = 50, .whitening_shrinkage = whitening, .shares = 4});
    const auto distances = graph::add_to_graph(bank, as_constant({1, kCells, 10}, seen));
    const Distances defined = distances_to(bank, seen);
    expect_near(run(distances.for_score), defined.for_score);
    expect_near(run(distances.for_map), defined.for_map);
  }
}

TEST(Parity, MapAndScore) {
  Head head;
  head.grid_cells = kGrid;
  head.smoothing_cells = 0.8;
  head.top_cells = 3;
  head.levels = MapLevels{0.2, 0.7};
  head.place_weights = noise(1, kCells, 6).values;
  for (float& weight : head.place_weights) weight = 1 + weight / 4;
  Distances distances{noise(1, kCells, 4).values, noise(1, kCells, 5).values};
  for (auto* values : {&distances.for_score, &distances.for_map}) {
    for (float& value : *values) value = std::abs(value);
  }
  const auto answer = graph::add_to_graph(head, {graph::constant<float>({1, kCells, 1}, distances.for_score),
                                                 graph::constant<float>({1, kCells, 1}, distances.for_map)});
  const MapScore defined = score_distances(head, distances);
  expect_near(run(answer.map), defined.map);
  expect_near(run(answer.score), {static_cast<float>(defined.score)});
}

TEST(Parity, BrightnessOfAreas) {
  constexpr std::size_t kAreas = std::size_t{kBrightnessAreas} * kBrightnessAreas;
  Brightness brightness = fit_brightness(noise(20, kAreas, 1));
  brightness.weight = 2;
  brightness.usual = 0.3;
  const Matrix seen = noise(1, kAreas, 9);
  MapScore defined{std::vector<float>(kCells, 0.5F), 1};
  graph::Answer answer;
  answer.map = graph::constant<float>({1, 1, kGrid, kGrid}, defined.map);
  answer.score = graph::constant<float>({1}, {1});
  graph::add_to_graph(brightness, as_constant({1, kAreas}, seen), kGrid, answer);
  add_brightness(brightness, brightness_distances(brightness, seen.values), kGrid, defined);
  expect_near(run(answer.map), defined.map);
  expect_near(run(answer.score), {static_cast<float>(defined.score)});
}

TEST(Parity, NetworkOfCells) {
  const Matrix seen = noise(kCells, 12, 7);
  const Mlp network = some_network(12, 3);
  expect_near(run(graph::add_to_graph(network, as_constant({kCells, 12}, seen))), network.apply(seen).values);
}

TEST(Parity, RidgeOfWholePictures) {
  const Matrix pictures = noise(40, 12, 1), seen = noise(1, 12, 8);
  std::vector<double> targets;
  for (std::size_t i = 0; i < pictures.rows; ++i) targets.push_back(pictures.row(i)[0] > 0 ? 1 : -1);
  const KernelRidge ridge = fit_kernel_ridge(pictures, targets, 1);
  expect_near(run(graph::add_to_graph(ridge, as_constant({1, 12}, seen))), ridge.apply(seen));
}

TEST(Parity, CellsJoinedWithDistances) {
  LabelledHead head;
  head.dense_cells = kGrid;
  head.reach_cells = 1;
  head.cell_fusion = {-0.2, 0.7, 0.5};
  head.map_floor = {0.4, 0.2, 0.8};
  head.cell_level = 0.3;
  const auto logits = noise(1, kCells, 1).values, distances = noise(1, kCells, 2).values;
  const auto map = graph::joined_map_in_graph(head, graph::constant<float>({1, 1, kGrid, kGrid}, logits),
                                              graph::constant<float>({1, 1, kGrid, kGrid}, distances));
  expect_near(run(map), joined_map(head, logits, distances));
}

// Cells, whole picture, distance and brightness in one score, and the floor below it.
TEST(Parity, ScoreOfTheLabelledHead) {
  const Matrix dense = noise(kCells, 12, 1), pooled = noise(1, 5, 2), pictures = noise(30, 5, 3);
  std::vector<double> targets;
  for (std::size_t i = 0; i < pictures.rows; ++i) targets.push_back(pictures.row(i)[1] > 0 ? 1 : -1);
  LabelledHead head;
  head.classes = {"scratch", "stain"};
  head.patch = some_network(12, 3);
  head.picture = fit_kernel_ridge(pictures, targets, 1);
  head.dense_cells = kGrid;
  head.reach_cells = 1;
  head.fusion = {0.1, 0.3, 0.7, 0.9, 0.2};
  head.map_floor = {0, 0, 1};
  const ov::Model features(ov::ResultVector{graph::named_result(as_constant({1, kCells, 12}, dense), "dense"),
                                            graph::named_result(as_constant({1, 5}, pooled), "pooled")},
                           ov::ParameterVector{});
  PartialScores scores;
  scores.distance = 1.5;
  scores.brightness = 0.6;
  scores.patch = mean_of_highest(defect_logits(head.patch->apply(dense)), head.top_cells);
  scores.picture = head.picture->apply(pooled)[0];
  for (const double floor : {-10.0, 10.0}) {
    head.score_floor = {1, floor, 0.5};
    graph::Answer mixture;
    mixture.map = graph::constant<float>({1, 1, kGrid, kGrid}, noise(1, kCells, 9).values);
    mixture.score = graph::constant<float>({1}, {1.5F});
    mixture.brightness = graph::constant<float>({1}, {0.6F});
    const auto answer = graph::add_to_graph(head, features, {}, mixture);
    expect_near(run(answer.score), {static_cast<float>(score_of(head, scores))});
  }
}

}  // namespace
}  // namespace lineguard::detector
