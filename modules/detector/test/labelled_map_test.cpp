// What a map shows where labels were learned from.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include <lineguard/detector/fusion.h>
#include <lineguard/detector/labelled_map.h>

namespace lineguard::detector {
using namespace features;
namespace {

constexpr int kSide = 9;
constexpr std::size_t kCells = kSide * kSide, kMiddle = kCells / 2;

LabelledHead head_with(const CellFusion& fusion) {
  LabelledHead head;
  head.dense_cells = kSide;
  head.cell_fusion = fusion;
  head.map_floor = {10, 2, 1};  // good parts' distances stay below 10, the level is 2
  head.cell_level = 3;
  head.reach_cells = 2;
  return head;
}

const CellFusion kBoth{-4, 1, 1};

TEST(LabelledMap, WhereBoxesWereDrawnIsThePatchHeadsAlone) {
  LabelledHead head = head_with({});
  head.cell_level = head.map_floor.level;
  std::vector<float> logits(kCells, -5), distances(kCells, 3);
  logits[kMiddle] = 6;
  const auto map = joined_map(head, logits, distances);
  EXPECT_FLOAT_EQ(map[kMiddle], 6);
  EXPECT_FLOAT_EQ(map[kMiddle + 1], -5);  // within reach: an outline without what is blurred
}

TEST(LabelledMap, RanksASuspiciousCellBeforeAUsualOne) {
  std::vector<float> logits(kCells, -6), distances(kCells, 3);
  distances[0] = 5;
  const auto map = joined_map(head_with(kBoth), logits, distances);
  EXPECT_GT(map[0], map[1]);
  EXPECT_LT(map[0], 2);
}

TEST(LabelledMap, ADefectThatNoLabelShowedRisesAboveTheLevel) {
  std::vector<float> logits(kCells, -60), distances(kCells, 3);
  distances[kMiddle] = 14;
  const auto map = joined_map(head_with(kBoth), logits, distances);
  EXPECT_GT(map[kMiddle], 2);
  EXPECT_LT(map[kMiddle + 1], 2);
}

TEST(LabelledMap, ThePatchHeadDrawsTheOutlineOfADefectThatBothKnow) {
  std::vector<float> logits(kCells, -6), distances(kCells, 3);
  logits[kMiddle] = 5;
  for (const std::size_t cell : {kMiddle - 1, kMiddle, kMiddle + 1})
    distances[cell] = 14;  // blurred over its neighbours
  const auto map = joined_map(head_with(kBoth), logits, distances);
  EXPECT_FLOAT_EQ(map[kMiddle], 4);      // as far above the level as the logit above its own
  EXPECT_FLOAT_EQ(map[kMiddle + 1], 1);  // beside the outline, though its distance is high
}

TEST(LabelledMap, ACellThatTheHeadAloneKnowsIsNoOutline) {
  std::vector<float> logits(kCells, -6), distances(kCells, 0);
  logits[kMiddle] = 5;
  const auto map = joined_map(head_with(kBoth), logits, distances);
  EXPECT_FLOAT_EQ(map[kMiddle], 1);  // -4 + 5 + 0: below the level
}

// The logit tells the cells apart, the distance is noise.
std::vector<CellScores> cells_that_logits_tell() {
  std::mt19937_64 random(1);
  std::normal_distribution<float> noise;
  std::vector<CellScores> cells;
  for (int i = 0; i < 2000; ++i) {
    const bool defective = i % 20 == 0;
    cells.push_back({noise(random) + (defective ? 4 : 0), noise(random), defective});
  }
  return cells;
}

TEST(CellFusion, BelievesLogitsTheMoreThePictureCount) {
  const auto cells = cells_that_logits_tell();
  const CellFusion few = fit_cell_fusion(cells, 1), many = fit_cell_fusion(cells, 5000);
  EXPECT_NEAR(few.logit / (few.logit + few.distance), 0.2, 0.05);
  EXPECT_GT(many.logit / (many.logit + many.distance), 0.8);
}

TEST(CellFusion, GivesLogOddsAtTheShareOfDefectiveCells) {
  const auto cells = cells_that_logits_tell();
  const CellFusion fusion = fit_cell_fusion(cells, 5000);
  EXPECT_LT(fusion.at(0, 0), 0);
  EXPECT_GT(fusion.at(4, 0), 0);
}

}  // namespace
}  // namespace lineguard::detector
