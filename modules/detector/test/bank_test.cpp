#include "bank.h"

#include "map_score.h"
#include "training_set.h"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace lineguard::detector {
namespace {

Matrix grid_points(std::size_t rows, std::size_t columns) {
  Matrix points(rows, columns);
  for (std::size_t i = 0; i < points.values.size(); ++i) points.values[i] = static_cast<float>((i * 7919) % 101) / 10;
  return points;
}

TEST(Coreset, CoversFarPointsFirstAndNeverRepeats) {
  Matrix points(101, 2);
  points.row(100)[0] = 1000;  // 100 equal points and one far away
  const auto chosen = choose_coreset(points, 2, 1);
  EXPECT_EQ(std::set<std::size_t>(chosen.begin(), chosen.end()).size(), 2u);
  EXPECT_TRUE(chosen[0] == 100 || chosen[1] == 100);
  EXPECT_EQ(choose_coreset(points, 500, 1).size(), 101u);
}

TEST(Coreset, SameSeedSameRows) {
  const Matrix points = grid_points(300, 60);
  EXPECT_EQ(choose_coreset(points, 20, 3), choose_coreset(points, 20, 3));
}

TEST(NearestDistances, AgreeWithTheDefinition) {
  const Matrix points = grid_points(20, 5);
  const Matrix bank = take_rows(grid_points(50, 5), {3, 17, 29});
  const auto distances = distances_to(Bank{.channels = 5, .projected = 5, .rows = bank.values}, points);
  for (std::size_t i = 0; i < points.rows; ++i) {
    double nearest = HUGE_VAL;
    for (std::size_t j = 0; j < bank.rows; ++j) {
      double squared = 0;
      for (std::size_t k = 0; k < 5; ++k) squared += std::pow(points.row(i)[k] - bank.row(j)[k], 2);
      nearest = std::min(nearest, std::sqrt(squared));
    }
    EXPECT_NEAR(distances[i], nearest, 1e-3);
  }
}

TEST(Distances, AreTheMeanOverTheNearest) {
  Matrix point(1, 1);
  point.row(0)[0] = 4;
  Bank bank{.channels = 1, .projected = 1, .rows = {0, 6, 20}, .nearest = 2};
  EXPECT_NEAR(distances_to(bank, point)[0], 3, 1e-5);
  bank.nearest = 9;  // more than there are
  EXPECT_NEAR(distances_to(bank, point)[0], (4.0 + 2 + 16) / 3, 1e-5);
}

TEST(Whitening, MakesEveryDirectionCountAlike) {
  Matrix points(2000, 2);
  for (std::size_t i = 0; i < points.rows; ++i) {
    points.row(i)[0] = 100 * std::sin(static_cast<float>(i));
    points.row(i)[1] = std::cos(1.7f * static_cast<float>(i)) + 5;
  }
  const Matrix white = apply_whitening(fit_whitening(points, 1e-6), points);
  double first = 0, second = 0;
  for (std::size_t i = 0; i < white.rows; ++i) {
    first += white.row(i)[0] * white.row(i)[0];
    second += white.row(i)[1] * white.row(i)[1];
  }
  EXPECT_NEAR(first / 2000, 1, 0.01);
  EXPECT_NEAR(second / 2000, 1, 0.01);
}

TEST(MapScore, MeansTheHighestCellsOfTheSmoothedMap) {
  Head head;
  head.grid_cells = 3;
  head.smoothing_cells = 0;
  head.top_cells = 2;
  EXPECT_DOUBLE_EQ(score_distances(head, {1, 2, 3, 4, 5, 6, 7, 8, 9}).score, 8.5);
  head.smoothing_cells = 1;  // a constant map stays as it is
  EXPECT_NEAR(score_distances(head, std::vector<float>(9, 2)).score, 2, 1e-5);
}

TEST(Folds, KeepAPartTogetherAndDoNotDependOnOrder) {
  const std::vector<std::string> parts = {"a", "b", "c", "d", "e", "f", "a"};
  const auto folds = assign_folds(parts, 3, 1);
  EXPECT_EQ(folds.front(), folds.back());
  EXPECT_EQ(std::set<int>(folds.begin(), folds.end()), (std::set<int>{0, 1, 2}));
  const std::vector<std::string> reversed(parts.rbegin(), parts.rend());
  const auto other = assign_folds(reversed, 3, 1);
  EXPECT_EQ(std::vector<int>(other.rbegin(), other.rend()), folds);
}

}  // namespace
}  // namespace lineguard::detector
