#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <lineguard/stats/threshold.h>

namespace lineguard::stats {
namespace {

std::vector<double> one_to(std::size_t n) {
  std::vector<double> scores;
  for (std::size_t i = 1; i <= n; ++i) scores.push_back(static_cast<double>(i));
  return scores;
}

TEST(Threshold, FiftyNineGoodPartsShowFivePercentAtTheirMaximum) {
  const auto chosen = threshold_for_overkill(one_to(59), 0.05);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->threshold, 59);
  EXPECT_EQ(chosen->above, 0u);
  EXPECT_LE(chosen->overkill_bound, 0.05);
}

TEST(Threshold, MorePartsAllowALowerThreshold) {
  const auto chosen = threshold_for_overkill(one_to(100), 0.05);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->above, 1u);
  EXPECT_EQ(chosen->threshold, 99);
}

TEST(Threshold, TooFewPartsAreRefusedWithTheNumberNeeded) {
  const auto chosen = threshold_for_overkill(one_to(58), 0.05);
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, ErrorCode::refused);
  EXPECT_NE(chosen.error().message.find("59 are needed"), std::string::npos) << chosen.error().message;
}

TEST(Threshold, TiedScoresNeverRaiseTheNumberAbove) {
  const std::vector<double> scores(100, 0.5);
  const auto chosen = threshold_for_overkill(scores, 0.05);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->threshold, 0.5);  // none is above
}

TEST(Threshold, BadInputIsNamed) {
  EXPECT_EQ(threshold_at_rank(one_to(3), 3).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(threshold_for_overkill(one_to(100), 0).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(threshold_for_overkill({}, 0.05).error().code, ErrorCode::refused);
  const std::vector<double> not_finite{1, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_EQ(threshold_at_rank(not_finite, 0).error().code, ErrorCode::invalid_argument);
}

// Uniform scores: the true overkill rate of a threshold t is 1 - t. The promise may fail in 5 % of the draws.
TEST(Threshold, TheBoundHoldsInNineteenOfTwentyDraws) {
  std::mt19937_64 random(7);
  int broken = 0;
  constexpr int kDraws = 2000;
  for (int draw = 0; draw < kDraws; ++draw) {
    std::vector<double> scores;
    for (int i = 0; i < 120; ++i) scores.push_back(static_cast<double>(random() >> 11) * 0x1p-53);
    broken += 1 - threshold_for_overkill(scores, 0.06)->threshold > 0.06;
  }
  EXPECT_LE(broken, kDraws * 0.065);
  EXPECT_GE(broken, kDraws * 0.005);  // not needlessly timid either
}

}  // namespace
}  // namespace lineguard::stats
