#include <gtest/gtest.h>

#include <lineguard/stats/quantile.h>

namespace lineguard::stats {
namespace {

TEST(Quantile, OfAFewValues) {
  EXPECT_DOUBLE_EQ(median({3, 1, 2}), 2);
  EXPECT_DOUBLE_EQ(median({4, 1, 2, 3}), 3);
  EXPECT_DOUBLE_EQ(quantile({5, 1, 2, 3, 4}, 0), 1);
  EXPECT_DOUBLE_EQ(quantile({5, 1, 2, 3, 4}, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile({5, 1, 2, 3, 4}, 1), 5);
}

TEST(Quantile, OneOutlierHardlyMovesTheRobustDeviation) {
  EXPECT_DOUBLE_EQ(robust_deviation({1, 2, 3, 4, 5}, 3), 1.4826);
  EXPECT_DOUBLE_EQ(robust_deviation({1, 2, 3, 4, 5000}, 3), 1.4826);
}

}  // namespace
}  // namespace lineguard::stats
