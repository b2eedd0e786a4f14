#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include <lineguard/detector/bank.h>
#include <lineguard/detector/map_score.h>

namespace lineguard::detector {
using namespace features;
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

// Patches that lie in few directions but for a little, as features do.
Matrix flat_points(std::size_t rows, std::size_t columns, float rest) {
  Matrix points(rows, columns);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < columns; ++k) {
      const float main = std::sin(static_cast<float>(i * (k % 5 + 1)));
      points.row(i)[k] = main + rest * std::cos(1.3F * static_cast<float>(i * 31 + k * 17));
    }
  }
  return points;
}

double distance_by_definition(std::span<const float> x, const Matrix& patches) {
  double nearest = HUGE_VAL;
  for (std::size_t j = 0; j < patches.rows; ++j) {
    double squared = 0;
    for (std::size_t k = 0; k < x.size(); ++k) squared += std::pow(x[k] - patches.row(j)[k], 2);
    nearest = std::min(nearest, std::sqrt(squared));
  }
  return nearest;
}

TEST(Distances, AgreeWithTheDefinition) {
  const Matrix good = flat_points(60, 40, 0.001F);
  const Bank bank = fit_bank(good, {.size = 60});
  EXPECT_LT(bank.rows.columns, 40u);
  Matrix points = flat_points(20, 40, 0.001F);
  for (float& value : points.values) value += 0.2F;
  const auto distances = distances_to(bank, points);
  for (std::size_t i = 0; i < points.rows; ++i)
    EXPECT_NEAR(distances.for_score[i], distance_by_definition(points.row(i), good), 0.02) << i;
}

// A defect may lie where good patches have nothing: in a direction that the bank does not keep.
TEST(Distances, CountWhatTheMainDirectionsLeaveOut) {
  const Matrix good = flat_points(60, 40, 0);
  Matrix point(1, 40);
  std::ranges::copy(good.row(7), point.row(0).begin());
  point.row(0)[0] += 3;
  point.row(0)[5] -= 3;  // good patches have the same in 0 and 5
  EXPECT_NEAR(distances_to(fit_bank(good, {.size = 60}), point).for_score[0], std::sqrt(18), 0.05);
}

TEST(Distances, AreTheMeanOverTheNearest) {
  Matrix good(3, 1), point(1, 1);
  good.values = {0, 6, 20};
  point.row(0)[0] = 4;
  EXPECT_NEAR(distances_to(fit_bank(good, {.size = 3, .nearest = 2}), point).for_score[0], 3, 1e-4);
  EXPECT_NEAR(distances_to(fit_bank(good, {.size = 3, .nearest = 9}), point).for_score[0], (4.0 + 2 + 16) / 3, 1e-4);
}

TEST(Distances, OfTheMapAreTheMeanOverTheNearestOfEachShare) {
  Matrix good(3, 1), point(1, 1);
  good.values = {0, 6, 20};
  point.row(0)[0] = 4;
  const auto for_map = [&](int shares) {
    return distances_to(fit_bank(good, {.size = 3, .shares = shares}), point).for_map[0];
  };
  EXPECT_NEAR(for_map(1), 2, 1e-4);
  EXPECT_NEAR(for_map(3), (4.0 + 2 + 16) / 3, 1e-4);
  EXPECT_NEAR(for_map(20), (4.0 + 2 + 16) / 3, 1e-4) << "no more shares than rows";
}

TEST(Whitening, MakesEveryDirectionCountAlike) {
  Matrix points(2000, 2);
  for (std::size_t i = 0; i < points.rows; ++i) {
    points.row(i)[0] = 100 * std::sin(static_cast<float>(i));
    points.row(i)[1] = std::cos(1.7f * static_cast<float>(i)) + 5;
  }
  const Matrix white = project(fit_whitening(points, 1e-6), points);
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
  const MapScore scored = score_distances(head, {{1, 2, 3, 4, 5, 6, 7, 8, 9}, std::vector<float>(9, 3)});
  EXPECT_DOUBLE_EQ(scored.score, 8.5);
  EXPECT_EQ(scored.map, std::vector<float>(9, 3));
  head.smoothing_cells = 1;  // a constant map stays as it is
  const std::vector<float> constant(9, 2);
  EXPECT_NEAR(score_distances(head, {constant, constant}).score, 2, 1e-5);
}

}  // namespace
}  // namespace lineguard::detector
