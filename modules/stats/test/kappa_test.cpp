#include <gtest/gtest.h>

#include <lineguard/stats/kappa.h>

namespace lineguard::stats {
namespace {

std::vector<PairedAnswers> table(std::size_t both_0, std::size_t only_b, std::size_t only_a, std::size_t both_1) {
  std::vector<PairedAnswers> parts;
  parts.insert(parts.end(), both_0, {{0, 0}});
  parts.insert(parts.end(), only_b, {{0, 1}});
  parts.insert(parts.end(), only_a, {{1, 0}});
  parts.insert(parts.end(), both_1, {{1, 1}});
  return parts;
}

TEST(Kappa, CohensOwnArithmetic) {
  const auto kappa = cohen_kappa(table(20, 5, 10, 15), 2);  // observed 0.7, expected 0.5
  ASSERT_TRUE(kappa);
  EXPECT_NEAR(kappa->value, 0.4, 1e-12);
  EXPECT_NEAR(kappa->expected, 0.5, 1e-12);
  EXPECT_LT(kappa->interval.low, 0.2);
  EXPECT_GT(kappa->interval.high, 0.6);
}

TEST(Kappa, FleissExampleOfTenSubjectsAndFourteenRaters) {
  // Fleiss 1971 as it is quoted everywhere: kappa 0.210.
  const std::vector<AnswerCounts> parts{{0, 0, 0, 0, 14}, {0, 2, 6, 4, 2}, {0, 0, 3, 5, 6}, {0, 3, 9, 2, 0},
                                        {2, 2, 8, 1, 1},  {7, 7, 0, 0, 0}, {3, 2, 6, 3, 0}, {2, 5, 3, 2, 2},
                                        {6, 5, 2, 1, 0},  {0, 2, 2, 3, 7}};
  const auto kappa = fleiss_kappa(parts);
  ASSERT_TRUE(kappa);
  EXPECT_NEAR(kappa->observed, 0.378, 5e-4);
  EXPECT_NEAR(kappa->expected, 0.213, 5e-4);
  EXPECT_NEAR(kappa->value, 0.210, 5e-4);
  EXPECT_TRUE(fleiss_kappa(parts, 4));
}

TEST(Kappa, PerfectAgreementIsNoCertainty) {
  const auto kappa = cohen_kappa(table(10, 0, 0, 10), 2);
  ASSERT_TRUE(kappa);
  EXPECT_EQ(kappa->value, 1);
  EXPECT_LT(kappa->interval.low, 0.7);
  EXPECT_EQ(kappa->interval.high, 1);
}

TEST(Kappa, IsNotDefinedWhereChanceAloneAgrees) {
  EXPECT_FALSE(cohen_kappa(table(10, 0, 0, 0), 2));
  EXPECT_FALSE(cohen_kappa({}, 2));
  EXPECT_FALSE(fleiss_kappa({{1, 0}}));
}

}  // namespace
}  // namespace lineguard::stats
