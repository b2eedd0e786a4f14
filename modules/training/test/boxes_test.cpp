// Boxes that people drew, as targets of cells and as cells predict them.
#include "labels/box_cells.h"
#include "labels/cell_labels.h"
#include "labels/region_fit.h"
#include "vocabulary.h"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include <lineguard/detector/boxes.h>
#include <lineguard/detector/mlp.h>

namespace lineguard::training {
namespace {

const PixelRect kPicture{0, 0, {80, 80}};  // a grid of 8 has cells of 10 pixels
const std::vector<std::string> kClasses{"dent", "scratch"};

dataset::Sample drawn(const std::vector<Box>& boxes, const std::string& class_name = "scratch") {
  dataset::Sample sample;
  sample.label = Label::defective;
  for (const Box& box : boxes) sample.boxes.push_back({box, class_name, {}});
  return sample;
}

int label_at(const CellTargets& cells, int x, int y) {
  return cells.labels[static_cast<std::size_t>(8 * y + x)];
}

double way_at(const CellTargets& cells, int x, int y, int side) {
  return std::exp(cells.sides[static_cast<std::size_t>(kSides * (8 * y + x) + side)]);
}

TEST(BoxCells, CellsNearTheMiddleStandForTheBoxAndThoseFartherOutAreIgnored) {
  const CellTargets cells = box_cells(drawn({{0, 30, 80, 20}}), kPicture, kClasses, 8);
  EXPECT_EQ(label_at(cells, 4, 3), 2);
  EXPECT_EQ(label_at(cells, 0, 3), kIgnoredCell);
  EXPECT_EQ(label_at(cells, 4, 6), 0);
  EXPECT_NEAR(way_at(cells, 4, 3, 0), 4.5, 1e-5);
  EXPECT_NEAR(way_at(cells, 4, 3, 1), 0.5, 1e-5);
  EXPECT_NEAR(way_at(cells, 4, 3, 2), 3.5, 1e-5);
  EXPECT_NEAR(way_at(cells, 4, 3, 3), 1.5, 1e-5);
  EXPECT_TRUE(std::isnan(cells.sides[0]));
}

TEST(BoxCells, ABoxSmallerThanACellHasOneAndTheSmallerOfTwoHasTheirCommonCells) {
  EXPECT_EQ(label_at(box_cells(drawn({{43, 43, 3, 3}}), kPicture, kClasses, 8), 4, 4), 2);
  dataset::Sample two = drawn({{20, 20, 40, 40}});
  two.boxes.push_back({{30, 30, 12, 12}, "dent", {}});
  const CellTargets cells = box_cells(two, kPicture, kClasses, 8);
  EXPECT_EQ(label_at(cells, 3, 3), 1);
  EXPECT_EQ(label_at(cells, 4, 4), 2);
}

TEST(BoxCells, WhatLiesOutsideTheAreaIsCutOff) {
  const PixelRect corner{40, 40, {40, 40}};
  const CellTargets cells = box_cells(drawn({{30, 30, 30, 30}, {0, 0, 20, 20}}), corner, kClasses, 8);
  EXPECT_EQ(label_at(cells, 0, 0), 2);
  EXPECT_NEAR(way_at(cells, 0, 0, 0), 2.5, 0.3);  // of the whole box, beyond the area's border
  EXPECT_EQ(label_at(cells, 7, 7), 0);
}

TEST(BoxCells, SidesTurnWithTheirTile) {
  for (int way = 0; way < 8; ++way) {
    const CellTargets plain = box_cells(drawn({{10, 20, 30, 50}}), kPicture, kClasses, 8);
    double x = 10, y = 20, width = 30, height = 50;
    if (way & 4) std::swap(x, y), std::swap(width, height);
    if (way & 1) x = 80 - x - width;
    if (way & 2) y = 80 - y - height;
    const CellTargets expected = box_cells(drawn({{x, y, width, height}}), kPicture, kClasses, 8);
    const auto sides = turned_sides(plain.sides, 8, way);
    for (std::size_t i = 0; i < sides.size(); ++i) {
      if (std::isnan(expected.sides[i])) continue;
      EXPECT_NEAR(sides[i], expected.sides[i], 1e-5) << way << " " << i;
    }
  }
}

// Maps of 8 x 8 cells in which nothing is wrong.
BoxMaps quiet() {
  const FloatMap none{{8, 8}, std::vector<float>(64, 0)};
  return {{none, none}, {none, none, none, none}};
}

void say(BoxMaps& maps, int x, int y, std::size_t class_index, float probability, const std::array<float, 4>& ways) {
  const auto cell = static_cast<std::size_t>(8 * y + x);
  maps.classes[class_index].values[cell] = probability;
  for (std::size_t k = 0; k < ways.size(); ++k) maps.sides[k].values[cell] = ways[k];
}

TEST(Boxes, NeighboursThatTouchStayTwo) {
  BoxMaps maps = quiet();
  say(maps, 2, 2, 0, 0.99F, {1, 1, 1, 1});
  say(maps, 3, 2, 0, 0.9F, {2, 1, 0.1F, 1});  // sees the left one
  say(maps, 4, 2, 1, 0.95F, {1, 1, 1, 1});
  const auto boxes = best_boxes(boxes_of_cells(maps, kPicture, 0), kClasses, kPicture);
  ASSERT_EQ(boxes.size(), 2U);
  EXPECT_EQ(boxes[0].class_name, "dent");
  EXPECT_EQ(boxes[1].class_name, "scratch");
  EXPECT_NEAR(boxes[0].box.x, 15, 1);
  EXPECT_NEAR(boxes[1].box.x, 35, 1);
  EXPECT_NEAR(boxes[0].score, std::log(99), 0.01);
}

// The surest cell is not always right about the class; most of those that see the same box are.
TEST(Boxes, CellsThatAgreeVoteOnTheClass) {
  BoxMaps maps = quiet();
  say(maps, 2, 2, 0, 0.6F, {1, 1, 2, 1});
  maps.classes[1].values[8 * 2 + 2] = 0.39F;
  for (const int x : {3, 4}) {
    say(maps, x, 2, 0, 0.1F, {static_cast<float>(x) - 1.5F, 1, 4.5F - static_cast<float>(x), 1});
    maps.classes[1].values[static_cast<std::size_t>(8 * 2 + x)] = 0.85F;
  }
  const auto boxes = best_boxes(boxes_of_cells(maps, kPicture, 0), kClasses, kPicture);
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_EQ(boxes[0].class_name, "scratch");
  EXPECT_NEAR(boxes[0].score, std::log(99), 0.01);
}

TEST(Boxes, StayInsideTheAreaAndAboveTheLevel) {
  BoxMaps maps = quiet();
  const PixelRect area{100, 50, {40, 40}};
  say(maps, 0, 0, 0, 0.9F, {5, 5, 20, 20});
  say(maps, 7, 7, 0, 0.4F, {1, 1, 1, 1});
  const auto boxes = best_boxes(boxes_of_cells(maps, area, 0), kClasses, area);
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_EQ(boxes[0].box.x, 100);
  EXPECT_EQ(boxes[0].box.y, 50);
  EXPECT_EQ(boxes[0].box.width, 40);
  EXPECT_EQ(boxes[0].box.height, 40);
}

TEST(Boxes, OutlinesStayWhereNoBoxIs) {
  const auto region = [](double x) {
    Region at;
    at.box = {x, 0, 10, 10};
    return at;
  };
  std::vector<Region> outlines{region(5), region(50)};
  put_before({region(0)}, outlines);
  ASSERT_EQ(outlines.size(), 2U);
  EXPECT_EQ(outlines[0].box.x, 0);
  EXPECT_EQ(outlines[1].box.x, 50);
}

TEST(Boxes, TheLevelIsTheOneWhoseBoxesMatchBest) {
  std::vector<PredictedBoxes> pictures(30);
  for (PredictedBoxes& picture : pictures) {
    picture.area = kPicture;
    picture.truth = {{0, 0, 10, 10}};
    picture.candidates.resize(2);
    picture.candidates[0].box = {0, 0, 10, 10};
    picture.candidates[0].odds = 2.5;
    picture.candidates[1].box = {50, 50, 10, 10};  // wrong, and less sure of it
    picture.candidates[1].odds = 0.5;
  }
  const RegionFit fit = fit_box_level(pictures, 0, 1);
  EXPECT_GE(fit.inside, 1);
  EXPECT_LT(fit.inside, 2.5);
  EXPECT_NEAR(fit.quality, 1, 1e-9);
}

TEST(Mlp, FitsValues) {
  Matrix x(300, 1), y(300, 1);
  for (std::size_t i = 0; i < x.rows; ++i) {
    x.row(i)[0] = static_cast<float>(i) / 100 - 1.5F;
    y.row(i)[0] = std::abs(x.row(i)[0]);
  }
  MlpOptions options{.learns = Learns::values,
                     .hidden = 16,
                     .members = 1,
                     .epochs = 80,
                     .batch = 32,
                     .learning_rate = 0.01,
                     .dropout = 0};
  const Matrix found = fit_mlp(x, y, options).apply(x);
  for (std::size_t i = 0; i < x.rows; ++i) EXPECT_NEAR(found.row(i)[0], y.row(i)[0], 0.15) << i;
}

TEST(SecondLook, BoxesOfTheTileHaveTheirMiddleInIt) {
  dataset::Sample sample;
  sample.label = Label::defective;
  sample.boxes = {{{10, 10, 20, 20}, "dent", {}}, {{95, 10, 20, 20}, "dent", {}}, {{40, 40, 10, 10}, "dust", {}}};
  const auto boxes = boxes_in_tile(sample, {0, 0, {100, 100}}, {"dent"});
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_NEAR(boxes[0].box.width, 0.2, 1e-12);
}

}  // namespace
}  // namespace lineguard::training
