#include <cmath>

#include <gtest/gtest.h>

#include <lineguard/stats/bounds.h>
#include <lineguard/stats/waiting.h>

namespace lineguard::stats {
namespace {

TEST(Bounds, ZeroEventsMatchTheClosedForm) {
  for (const std::size_t n : {1u, 10u, 59u, 1000u}) {
    EXPECT_NEAR(upper_bound({0, n}), 1 - std::pow(0.05, 1.0 / static_cast<double>(n)), 1e-12);
    EXPECT_EQ(lower_bound({0, n}), 0);
    EXPECT_NEAR(lower_bound({n, n}), std::pow(0.05, 1.0 / static_cast<double>(n)), 1e-12);
    EXPECT_EQ(upper_bound({n, n}), 1);
  }
}

// binom.test(7, 20)$conf.int and binom.test(1, 100)$conf.int in R.
TEST(Bounds, TwoSidedMatchesPublishedValues) {
  const Interval seven = exact_interval({7, 20});
  EXPECT_NEAR(seven.low, 0.1539092, 1e-6);
  EXPECT_NEAR(seven.high, 0.5921885, 1e-6);
  const Interval one = exact_interval({1, 100});
  EXPECT_NEAR(one.low, 0.0002531460, 1e-8);
  EXPECT_NEAR(one.high, 0.05445939, 1e-7);
}

// The bound is where seeing so few events becomes as unlikely as 1 - confidence.
TEST(Bounds, UpperBoundInvertsTheBinomialTail) {
  const double p = upper_bound({2, 30}, 0.95);
  const double tail = std::pow(1 - p, 30) + 30 * p * std::pow(1 - p, 29) + 435 * p * p * std::pow(1 - p, 28);
  EXPECT_NEAR(tail, 0.05, 1e-10);
}

TEST(Bounds, NothingSeenMeansNothingKnown) {
  EXPECT_EQ(exact_interval({0, 0}), (Interval{0, 1}));
  EXPECT_TRUE(std::isnan(Count{}.rate()));
}

TEST(Bounds, PartsNeededWithoutAMiss) {
  EXPECT_EQ(trials_needed(0.05), 59u);
  EXPECT_EQ(trials_needed(0.02), 149u);
  EXPECT_EQ(trials_needed(0.01), 299u);
  EXPECT_EQ(trials_needed(0.001), 2995u);
}

TEST(Bounds, PartsNeededIsTheSmallestNumberThatShows) {
  for (const std::size_t events : {1u, 2u, 5u}) {
    const std::size_t n = trials_needed(0.05, events);
    EXPECT_LE(upper_bound({events, n}), 0.05);
    EXPECT_GT(upper_bound({events, n - 1}), 0.05);
  }
  EXPECT_EQ(trials_needed(0.05, 1), 93u);
}

TEST(Bounds, AllowedEventsAreTheMostThatStillShow) {
  EXPECT_FALSE(allowed_events(0.05, 58).possible);
  EXPECT_TRUE(allowed_events(0.05, 59).possible);
  EXPECT_EQ(allowed_events(0.05, 92).events, 0u);
  EXPECT_EQ(allowed_events(0.05, 93).events, 1u);
  EXPECT_FALSE(allowed_events(0.05, 0).possible);
}

TEST(Bounds, TheWaitForEventsIsTheNegativeBinomials) {
  EXPECT_EQ(trials_until(1, 0.5, 0.5), 1u);
  EXPECT_EQ(trials_until(1, 0.5, 0.9), 4u);      // 1 - 0.5^4 = 0.9375
  EXPECT_EQ(trials_until(1, 0.003, 0.9), 767u);  // log(0.1) / log(0.997) = 766.4
  EXPECT_EQ(trials_until(7, 1, 0.99), 7u);
}

}  // namespace
}  // namespace lineguard::stats
