#include <algorithm>

#include <gtest/gtest.h>

#include <lineguard/acceptance/threshold_table.h>

namespace lineguard::acceptance {
namespace {

std::vector<Part> parts_with(const std::vector<double>& good, const std::vector<double>& defective) {
  std::vector<Part> parts;
  for (const auto& [scores, truth] : {std::pair{good, Label::good}, std::pair{defective, Label::defective}}) {
    for (const double score : scores) {
      Part part;
      part.truth = truth;
      part.score = score;
      part.pictures = 1;
      parts.push_back(part);
    }
  }
  return parts;
}

ThresholdRow row_in_use(const std::vector<ThresholdRow>& table) {
  for (const ThresholdRow& row : table) {
    if (row.in_use) return row;
  }
  ADD_FAILURE() << "no row is in use";
  return {};
}

TEST(ThresholdTable, GoesFromDivertingAllToPassingAll) {
  const auto table = threshold_table(parts_with({1, 2, 3}, {2.5, 4, 5}), 3.5, {});
  EXPECT_EQ(table.front().diverted.events, 3u);
  EXPECT_EQ(table.front().missed.events, 0u);
  EXPECT_EQ(table.back().diverted.events, 0u);
  EXPECT_EQ(table.back().missed.events, 3u);
  const ThresholdRow used = row_in_use(table);
  EXPECT_EQ(used.missed.events, 1u);
  EXPECT_EQ(used.diverted.events, 0u);
  EXPECT_NEAR(*used.f1, 0.8, 1e-12);
  EXPECT_LT(used.f1_interval.low, *used.f1);
  EXPECT_GE(used.f1_interval.high, *used.f1);
  EXPECT_FALSE(used.escapes);
}

TEST(ThresholdTable, WhatIsTooCloseIsDiverted) {
  const auto table = threshold_table(parts_with({1, 2, 3}, {3.2}), 3.25, {.unknown_band = 0.1});
  EXPECT_EQ(row_in_use(table).missed.events, 0u);  // unknown, no miss
  EXPECT_EQ(row_in_use(threshold_table(parts_with({3.2}, {5}), 3.25, {.unknown_band = 0.1})).diverted.events, 1u);
}

TEST(ThresholdTable, EscapesFollowFromADefectRate) {
  const auto table = threshold_table(parts_with({1, 2, 3}, {2.5, 4, 5}), 3.5, {.defect_rate = 0.01});
  const ThresholdRow used = row_in_use(table);
  ASSERT_TRUE(used.escapes);
  EXPECT_NEAR(*used.escapes, 0.01 / 3 / (0.01 / 3 + 0.99), 1e-12);
  EXPECT_LT(*used.escapes, used.escapes_interval.high);
}

TEST(ThresholdTable, IsThinnedAndKeepsTheThresholdInUse) {
  std::vector<double> good;
  for (int i = 0; i < 5000; ++i) good.push_back(i);
  const auto table = threshold_table(parts_with(good, {}), 77.77, {});
  EXPECT_LE(table.size(), 201u);
  EXPECT_EQ(row_in_use(table).diverted.events, 4922u);
  EXPECT_FALSE(table[5].f1);  // no defective part: nothing to find
}

TEST(ThresholdTable, CsvHasAColumnForEachFigure) {
  const std::string csv = to_csv(threshold_table(parts_with({1}, {2}), 1.5, {.defect_rate = 0.1}));
  const std::string header = csv.substr(0, csv.find('\n'));
  const std::string line = csv.substr(csv.find('\n') + 1, csv.find('\n', csv.find('\n') + 1) - csv.find('\n') - 1);
  EXPECT_EQ(std::ranges::count(header, ','), 17);
  EXPECT_EQ(std::ranges::count(line, ','), 17) << line;
  EXPECT_TRUE(threshold_table({}, 1, {}).empty());
}

TEST(ProposedPoints, OfferTheEndsAndTheBestBetween) {
  const auto proposed = propose_points(threshold_table(parts_with({0.2, 1, 2, 3, 6}, {0.5, 4, 5, 7, 8}), 100, {}));
  ASSERT_EQ(proposed.size(), 3u);
  EXPECT_EQ(proposed[0].row.missed.events, 0u);
  EXPECT_EQ(proposed[0].row.diverted.events, 4u);
  EXPECT_EQ(proposed[1].row.missed.events, 1u);
  EXPECT_EQ(proposed[1].row.diverted.events, 1u);
  EXPECT_EQ(proposed[2].row.diverted.events, 0u);
  EXPECT_TRUE(propose_points(threshold_table(parts_with({1}, {}), 100, {})).empty());
  // The worst defective part scores below every good one: to find it all would be diverted, which is no point.
  for (const ProposedPoint& point : propose_points(threshold_table(parts_with({1, 2, 3, 6}, {0.5, 4, 5}), 100, {})))
    EXPECT_LT(point.row.diverted.events, point.row.diverted.n) << point.why;
}

}  // namespace
}  // namespace lineguard::acceptance
