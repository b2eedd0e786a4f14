#include "ranking.h"

#include <cmath>

#include <gtest/gtest.h>

namespace lineguard::detector {
namespace {

TEST(Ranking, CountsPairsAndTiesHalf) {
  Ranking ranking;
  for (const double good : {1.0, 2.0}) ranking.add(good, false, 0);
  for (const double defective : {2.0, 3.0}) ranking.add(defective, true, 0);
  ranking.sort();
  EXPECT_DOUBLE_EQ(ranking.auroc({1}), 3.5 / 4);
  EXPECT_DOUBLE_EQ(ranking.auroc({5}), 3.5 / 4);  // all of them as often
}

TEST(Ranking, PartsCountAsOftenAsTheyWereDrawn) {
  Ranking ranking;
  ranking.add(1, false, 0);
  ranking.add(4, false, 1);
  ranking.add(3, true, 2);
  ranking.sort();
  EXPECT_DOUBLE_EQ(ranking.auroc({1, 1, 1}), 0.5);
  EXPECT_DOUBLE_EQ(ranking.auroc({3, 1, 1}), 0.75);
  EXPECT_DOUBLE_EQ(ranking.auroc({2, 0, 1}), 1);
  EXPECT_TRUE(std::isnan(ranking.auroc({1, 1, 0})));
}

}  // namespace
}  // namespace lineguard::detector
