// Learning from defects: cells of masks and boxes, the networks and the fusion.
#include "labels/cell_labels.h"
#include "temp_folder.h"
#include "test_data.h"
#include "training_set.h"
#include "vocabulary.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include <lineguard/detector/fusion.h>
#include <lineguard/detector/head.h>
#include <lineguard/detector/kernel_ridge.h>
#include <lineguard/detector/mlp.h>
#include <lineguard/features/backbone.h>
#include <lineguard/features/dihedral.h>
#include <lineguard/features/installed_backbone.h>

namespace lineguard::training {
namespace {

dataset::Sample boxed(Box box, const std::string& class_name) {
  dataset::Sample sample;
  sample.label = Label::defective;
  sample.class_name = class_name;
  sample.boxes.push_back({box, class_name, {}});
  return sample;
}

TEST(CellLabels, ABoxLabelsTheCellsThatItCoversAndIgnoresThoseItTouches) {
  const imaging::Preprocessing all{.input_px = 64};
  // 80 x 80 pixels on a grid of 8: cells of 10. The box covers cell (2, 1) and a tenth of (3, 1).
  const auto cells = label_cells(boxed({20, 10, 11, 10}, "dent"), {{80, 80}, region_of_interest(all, {80, 80}), {}},
                                 {"crack", "dent"}, 8);
  ASSERT_TRUE(cells);
  EXPECT_EQ((*cells)[8 + 2], 2);
  EXPECT_EQ((*cells)[8 + 3], kIgnoredCell);
  EXPECT_EQ(std::ranges::count(*cells, 0), 62);
}

TEST(CellLabels, ATinyDefectKeepsTheCellItCoversMost) {
  const imaging::Preprocessing all{.input_px = 64};
  const auto cells = label_cells(boxed({1000, 700, 3, 3}, "dust"),
                                 {{2048, 2048}, region_of_interest(all, {2048, 2048}), {}}, {"dust"}, 8);
  ASSERT_TRUE(cells);
  EXPECT_EQ(std::ranges::count(*cells, 1), 1);
  EXPECT_EQ((*cells)[2 * 8 + 3], 1);
}

TEST(CellLabels, AllOutlinesOfAnObjectLabelCells) {
  dataset::Sample sample = boxed({0, 0, 80, 80}, "dent");
  // Two squares that overlap, a line and a point.
  sample.boxes[0].outlines = {
      {{0, 0}, {19, 0}, {19, 19}, {0, 19}}, {{10, 10}, {29, 10}, {29, 29}, {10, 29}}, {{50, 5}, {59, 5}}, {{75, 75}}};
  const imaging::Preprocessing all{.input_px = 64};
  const auto cells = label_cells(sample, {{80, 80}, region_of_interest(all, {80, 80}), {}}, {"dent"}, 8);
  ASSERT_TRUE(cells);
  for (const std::size_t cell : {0, 1, 8, 9, 10, 17, 18}) EXPECT_EQ((*cells)[cell], 1) << cell;
  EXPECT_EQ((*cells)[5], kIgnoredCell) << "a line as thin as a pixel touches its cell";
  EXPECT_EQ((*cells)[7 * 8 + 7], kIgnoredCell) << "so does a point";
  EXPECT_EQ(std::ranges::count(*cells, 0), 64 - 9);
}

TEST(CellLabels, TheRegionOfInterestCutsOffWhatLiesOutside) {
  imaging::Preprocessing right_half{.input_px = 64};
  right_half.roi = Box{0.5, 0, 0.5, 1};
  const auto outside =
      label_cells(boxed({0, 0, 20, 20}, "dent"), {{80, 80}, region_of_interest(right_half, {80, 80}), {}}, {"dent"}, 8);
  ASSERT_TRUE(outside);
  EXPECT_EQ(std::ranges::count(*outside, 0), 64);
  const auto inside =
      label_cells(boxed({40, 0, 5, 10}, "dent"), {{80, 80}, region_of_interest(right_half, {80, 80}), {}}, {"dent"}, 8);
  EXPECT_EQ((*inside)[0], 1);
}

TEST(CellLabels, APartThatWasMovedBackKeepsItsLabelsWhereTheyWereDrawn) {
  TrainingPicture picture;
  picture.shift = {20, -10};
  const Shown shown = shown_by(picture, Image({80, 80}, 1), {.input_px = 64});
  EXPECT_EQ(shown.area, (PixelRect{20, -10, {80, 80}}));
  // Drawn in cell (4, 2) of the picture as it was taken: (2, 3) of the one that was moved back.
  const auto cells = label_cells(boxed({40, 20, 10, 10}, "dent"), shown, {"dent"}, 8);
  ASSERT_TRUE(cells);
  EXPECT_EQ((*cells)[3 * 8 + 2], 1);
  EXPECT_EQ(std::ranges::count(*cells, 0), 63);
}

// A cell of 8 pixels has 4 x 4 values of 2 x 2 pixels each, and those of its eight neighbours.
TEST(Cells, SeeThePixelsInAndAroundThem) {
  const test::TempFolder folder;
  const auto backbone = find_installed_backbone();
  ASSERT_TRUE(backbone) << backbone.error().message;
  FeatureLayout layout{.input_px = 64, .grid_cells = 4, .dense_taps = {"tap8"}, .dense_cells = 8, .context_cells = 3};
  ASSERT_TRUE(write_feature_graph({.file = *backbone}, layout, folder / "plain.xml"));
  layout.dense_pixels = true;
  ASSERT_TRUE(write_feature_graph({.file = *backbone}, layout, folder / "pixels.xml"));
  const imaging::Preprocessing preprocessing{.input_px = 64};
  const auto plain = FeatureExtractor::load(folder / "plain.xml", preprocessing, 1);
  const auto seeing = FeatureExtractor::load(folder / "pixels.xml", preprocessing, 1);
  ASSERT_TRUE(plain && seeing);
  std::vector<std::uint8_t> tile(64 * 64 * 3, 10);
  const std::size_t first_of_cell = 3 * (64 * 16 + 24);  // cell 3 of row 2
  for (std::size_t row = 0; row < 2; ++row)
    std::fill_n(tile.begin() + static_cast<std::ptrdiff_t>(first_of_cell + row * 64 * 3), 6, std::uint8_t{200});
  const Matrix without = plain->extract_all(tile)->dense, with = seeing->extract_all(tile)->dense;
  ASSERT_EQ(with.columns, without.columns + 9 * 3 * 16);
  const auto pixels = [&](std::size_t cell) { return with.row(cell).subspan(without.columns); };
  EXPECT_EQ(std::ranges::count(pixels(8 * 2 + 3), 200.0F), 3);
  EXPECT_EQ(std::ranges::count(pixels(8 * 2 + 4), 200.0F), 3);  // the neighbour sees it, too
  EXPECT_EQ(std::ranges::count(pixels(8 * 2 + 5), 200.0F), 0);
  EXPECT_EQ(std::ranges::count(pixels(0), 0.0F), 5 * 3 * 16);  // beyond the border
}

// A layer four times as coarse as the cells has seen their neighbours: their mean is left out (docs/adr/0022).
TEST(Cells, SeeTheNeighboursOfFineLayersAlone) {
  const test::TempFolder folder;
  const auto backbone = find_installed_backbone();
  ASSERT_TRUE(backbone) << backbone.error().message;
  constexpr std::size_t kTap8 = 40, kTap32 = 192;
  const auto columns = [&](const std::vector<std::string>& taps, int cells) {
    const FeatureLayout layout{
        .input_px = 64, .grid_cells = 4, .dense_taps = taps, .dense_cells = cells, .context_cells = 3};
    EXPECT_TRUE(write_feature_graph({.file = *backbone}, layout, folder / "cells.xml"));
    const auto extractor = FeatureExtractor::load(folder / "cells.xml", {.input_px = 64}, 1);
    return extractor->extract_all(std::vector<std::uint8_t>(64 * 64 * 3, 10))->dense.columns;
  };
  EXPECT_EQ(columns({"tap8", "tap32"}, 8), 2 * kTap8 + kTap32);
  EXPECT_EQ(columns({"tap8", "tap32"}, 4), 2 * (kTap8 + kTap32));
  EXPECT_EQ(columns({"tap32"}, 8), kTap32);
}

TEST(Dihedral, EveryWayIsAPermutationAndMirroringTwiceIsNone) {
  const std::vector<int> square{1, 2, 3, 4};
  EXPECT_EQ(turned(square, 2, 1, 1), (std::vector<int>{2, 1, 4, 3}));
  EXPECT_EQ(turned(square, 2, 1, 2), (std::vector<int>{3, 4, 1, 2}));
  EXPECT_EQ(turned(square, 2, 1, 4), (std::vector<int>{1, 3, 2, 4}));
  for (int way = 0; way < 8; ++way) {
    auto sorted = turned(square, 2, 1, way);
    std::ranges::sort(sorted);
    EXPECT_EQ(sorted, square);
  }
  EXPECT_EQ(turned(turned(square, 2, 1, 3), 2, 1, 3), square);
}

// Two rings: no line separates them.
void draw_rings(Matrix& x, Matrix& targets) {
  for (std::size_t i = 0; i < x.rows; ++i) {
    const double angle = static_cast<double>(i) * 0.37, radius = i % 2 ? 1 : 2;
    x.row(i)[0] = static_cast<float>(100 + radius * std::cos(angle));
    x.row(i)[1] = static_cast<float>(5 * radius * std::sin(angle));
    targets.row(i)[i % 2] = 1;
  }
}

TEST(Mlp, LearnsWhatNoLineSeparatesAndTheSameForTheSameSeed) {
  Matrix x(400, 2), targets(400, 2);
  draw_rings(x, targets);
  MlpOptions options{.hidden = 16, .members = 2, .epochs = 60, .batch = 32, .learning_rate = 0.01, .dropout = 0};
  const Mlp mlp = fit_mlp(x, targets, options);
  EXPECT_EQ(mlp.first.columns, 32u);
  const Matrix logits = mlp.apply(x);
  int right = 0;
  for (std::size_t i = 0; i < x.rows; ++i) right += (logits.row(i)[1] > logits.row(i)[0]) == (i % 2 == 1);
  EXPECT_GT(right, 390);
  EXPECT_EQ(fit_mlp(x, targets, options).second.values, mlp.second.values);
  options.seed = 2;
  EXPECT_NE(fit_mlp(x, targets, options).second.values, mlp.second.values);
}

std::vector<double> signs_of(const Matrix& targets) {
  std::vector<double> signs;
  for (std::size_t i = 0; i < targets.rows; ++i) signs.push_back(targets.row(i)[1] > 0.5F ? 1 : -1);
  return signs;
}

TEST(KernelRidge, LearnsWhatNoLineSeparatesAndTheSameForTheSameSeed) {
  Matrix x(300, 2), targets(300, 2);
  draw_rings(x, targets);
  const auto signs = signs_of(targets);
  const KernelRidge ridge = fit_kernel_ridge(x, signs, 1);
  const auto values = ridge.apply(x);
  std::size_t right = 0;
  for (std::size_t i = 0; i < values.size(); ++i) right += (values[i] > 0) == (signs[i] > 0) ? 1 : 0;
  EXPECT_GT(right, 290u);
  EXPECT_EQ(fit_kernel_ridge(x, signs, 1).weights, ridge.weights);
}

TEST(KernelRidge, KeepsABoundedNumberOfRowsThatExplainAll) {
  Matrix x(2500, 2), targets(2500, 2);
  draw_rings(x, targets);
  const auto signs = signs_of(targets);
  const KernelRidge ridge = fit_kernel_ridge(x, signs, 1);
  EXPECT_EQ(ridge.rows.rows, 2000u);
  const auto values = ridge.apply(x);
  std::size_t right = 0;
  for (std::size_t i = 0; i < values.size(); ++i) right += (values[i] > 0) == (signs[i] > 0) ? 1 : 0;
  EXPECT_GT(right, 2400u);
}

TEST(KernelRidge, PicturesThatAreAllAlikeGiveTheMean) {
  Matrix x(12, 3);
  std::ranges::fill(x.values, 5.0F);
  const KernelRidge ridge = fit_kernel_ridge(x, {1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1}, 1);
  EXPECT_NEAR(ridge.apply(x)[0], -0.5, 0.05);
}

TEST(Fusion, TrustsTheScoreThatTellsAndNeverTheOneThatSaysTheOpposite) {
  std::vector<PartialScores> pictures;
  for (int i = 0; i < 40; ++i) {
    const bool defective = i % 2;
    pictures.push_back(
        {static_cast<double>(i % 7), defective ? 2.0 + i % 5 : -1.0 - i % 3, defective ? -1.0 : 1.0, 0, defective});
  }
  const Fusion fusion = fit_fusion(pictures);
  EXPECT_GT(fusion.patch, 0);
  EXPECT_EQ(fusion.picture, 0);
  EXPECT_GT(fused_score(fusion, pictures[1]), fused_score(fusion, pictures[0]));
}

TEST(Fusion, TheFloorRisesAboveItsLevelOnlyBeyondTheGoodDistances) {
  std::vector<double> distances, scores;
  for (int i = 0; i <= 100; ++i) {
    distances.push_back(i);
    scores.push_back(-i / 10.0);
  }
  const Floor floor = fit_floor(distances, scores, 0.99, 3);
  EXPECT_DOUBLE_EQ(floor.at(99), 3);
  EXPECT_NEAR(floor.at(109), 4, 1e-9);
  EXPECT_LT(floor.at(50), 3);
}

TEST(Fusion, TheBestThresholdLiesBetweenDefectsAndGood) {
  EXPECT_DOUBLE_EQ(best_threshold({1, 2, 3, 8, 9}, {false, false, false, true, true}), 5.5);
}

}  // namespace
}  // namespace lineguard::training
