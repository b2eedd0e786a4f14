#include <vector>

#include <gtest/gtest.h>

#include <lineguard/stats/paired.h>
#include <lineguard/stats/threshold.h>

namespace lineguard::stats {
namespace {

TEST(Paired, TheSameScoresDifferByNothing) {
  const std::vector<double> good{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, defective{3, 6, 7, 8, 9, 11, 12, 13, 14, 15};
  const auto difference = auroc_difference(good, defective, good, defective);
  ASSERT_TRUE(difference);
  EXPECT_DOUBLE_EQ(difference->difference(), 0);
  // Every resample is ordered alike; that ten parts of each are says little of those to come.
  EXPECT_LT(difference->interval.low, -0.1);
  EXPECT_DOUBLE_EQ(difference->interval.high, -difference->interval.low);
}

// One defective part in every resample would claim certainty.
TEST(Paired, OneDefectivePartShowsNoModelBetter) {
  std::vector<double> good;
  for (int i = 0; i < 50; ++i) good.push_back(i);
  const auto difference = auroc_difference(good, std::vector<double>{45}, good, std::vector<double>{20});
  ASSERT_TRUE(difference);
  EXPECT_NEAR(difference->difference(), -0.5, 0.02);
  EXPECT_LT(difference->interval.low, -0.5);
  EXPECT_GT(difference->interval.high, 0);
  EXPECT_NE(difference->method.find("Newcombe"), std::string::npos);
}

TEST(Paired, ABetterModelHasAnIntervalAboveZero) {
  std::vector<double> good_a, bad_a, good_b, bad_b;
  for (int i = 0; i < 100; ++i) {
    good_a.push_back(i % 10);
    bad_a.push_back(i % 10 + 1);
    good_b.push_back(i % 10);
    bad_b.push_back(i % 10 + 8);
  }
  const auto difference = auroc_difference(good_a, bad_a, good_b, bad_b);
  EXPECT_GT(difference->interval.low, 0);
  EXPECT_LT(difference->interval.low, difference->difference());
  EXPECT_NE(difference->method.find("bootstrap over parts"), std::string::npos);
  EXPECT_EQ(auroc_difference({}, bad_a, {}, bad_b).error().code, ErrorCode::refused);
}

// Four parts that fall from the top to the bottom: the bootstrap's interval leaves out 0, and yet four signs of four
// fall alike once in eight times.
TEST(Paired, AFewPartsShowNoModelBetter) {
  std::vector<double> good, perfect, worse;
  for (int i = 0; i < 20; ++i) {
    good.push_back(i);
    perfect.push_back(100 + i);
    worse.push_back(i < 4 ? -100 - i : 100 + i);
  }
  const auto four = auroc_difference(good, perfect, good, worse);
  ASSERT_TRUE(four);
  EXPECT_LT(four->interval.high, 0);
  EXPECT_EQ(four->changed, 4u);
  EXPECT_FALSE(four->shown(0.95));
  EXPECT_TRUE(four->shown(0.8));
  worse[4] = -104;
  worse[5] = -105;
  const auto six = auroc_difference(good, perfect, good, worse);
  EXPECT_EQ(six->changed, 6u);
  EXPECT_TRUE(six->shown(0.95));
}

TEST(Paired, TwoPerfectModelsAreNotEqualForCertain) {
  const std::vector<double> good{1, 2, 3, 4}, defective{5, 6, 7};
  const auto difference = auroc_difference(good, defective, good, defective);
  ASSERT_TRUE(difference);
  const double width = 1 - newcombe_interval(1, 4, 3).low;
  EXPECT_EQ(difference->interval, (Interval{-width, width}));
  EXPECT_NE(difference->method.find("Newcombe"), std::string::npos);
  EXPECT_GT(width, 0.1);
}

// 1 of 6: P(X <= 1) = 7/64, twice that.
TEST(Paired, McNemarByHand) {
  EXPECT_NEAR((Discordant{1, 5, 100}.p_value()), 14.0 / 64, 1e-12);
  EXPECT_DOUBLE_EQ((Discordant{0, 0, 100}.p_value()), 1);
  const Interval interval = Discordant{1, 5, 100}.difference_interval();
  EXPECT_LT(interval.low, 0);
  EXPECT_GT(interval.high, 0.04);
  // (0 + 1) / (8 + 2) on either side: 0 +- 1.96 * sqrt(0.2 / 10).
  const Interval none = Discordant{0, 0, 8}.difference_interval();
  EXPECT_NEAR(none.low, -0.2772, 1e-4);
  EXPECT_NEAR(none.high, 0.2772, 1e-4);
}

TEST(Threshold, ForMissesIsTheHighestThatKeepsTheBound) {
  std::vector<double> defective;
  for (int i = 1; i <= 100; ++i) defective.push_back(i);
  const auto chosen = threshold_for_miss(defective, 0.05, 0.95);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->below, 1u);  // 2 of 100 would show 6.2 % only
  EXPECT_LT(chosen->threshold, 2);
  EXPECT_GE(chosen->threshold, 1);
  EXPECT_LE(chosen->miss_bound, 0.05);
}

TEST(Threshold, ForMissesRefusesWithTheNumberNeeded) {
  const std::vector<double> defective(20, 1.0);
  const auto refused = threshold_for_miss(defective, 0.01, 0.95);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::refused);
  EXPECT_NE(refused.error().message.find("299"), std::string::npos);
}

}  // namespace
}  // namespace lineguard::stats
