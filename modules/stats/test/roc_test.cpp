#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <lineguard/stats/roc.h>

namespace lineguard::stats {
namespace {

using Scores = std::vector<double>;

TEST(Roc, AurocCountsPairs) {
  EXPECT_DOUBLE_EQ(*auroc(Scores{1, 2, 3}, Scores{4, 5}), 1);
  EXPECT_DOUBLE_EQ(*auroc(Scores{4, 5}, Scores{1, 2, 3}), 0);
  EXPECT_DOUBLE_EQ(*auroc(Scores{0.1, 0.4}, Scores{0.35, 0.8}), 0.75);  // scikit-learn's own example
}

TEST(Roc, TiesCountHalf) {
  EXPECT_DOUBLE_EQ(*auroc(Scores{1, 1, 1}, Scores{1, 1}), 0.5);
  EXPECT_DOUBLE_EQ(*auroc(Scores{1, 2}, Scores{2, 3}), 3.5 / 4);
}

TEST(Roc, OneSideAloneIsRefused) {
  EXPECT_EQ(auroc(Scores{}, Scores{1}).error().code, ErrorCode::refused);
  EXPECT_EQ(average_precision(Scores{1}, Scores{}).error().code, ErrorCode::refused);
  EXPECT_EQ(auroc(Scores{1}, Scores{std::numeric_limits<double>::infinity()}).error().code,
            ErrorCode::invalid_argument);
}

// scikit-learn: y 0,0,1,1 scores .1,.4,.35,.8 -> 0.8333
TEST(Roc, AveragePrecisionMatchesTheKnownExample) {
  EXPECT_NEAR(*average_precision(Scores{0.1, 0.4}, Scores{0.35, 0.8}), 0.8333333333, 1e-9);
  EXPECT_NEAR(*average_precision(Scores{1, 1, 1}, Scores{1}), 0.25, 1e-12);  // all tied: the share of defects
}

TEST(Roc, F1MaxNamesItsThreshold) {
  const auto best = f1_max(Scores{1, 2, 5}, Scores{4, 6});  // above 3: 2 found, 1 false -> 0.8
  EXPECT_DOUBLE_EQ(best->f1, 0.8);
  EXPECT_EQ(best->threshold, 3);
  const auto all = f1_max(Scores{7}, Scores{4, 6});  // nothing is below
  EXPECT_DOUBLE_EQ(all->f1, 0.8);
  EXPECT_LT(all->threshold, 4);
}

TEST(Roc, CurveRunsFromCornerToCorner) {
  const auto curve = roc_curve(Scores{1, 2}, Scores{2, 3});
  ASSERT_EQ(curve->size(), 4u);
  EXPECT_EQ(curve->front().true_positive_rate, 0);
  EXPECT_EQ((*curve)[1].true_positive_rate, 0.5);
  EXPECT_EQ((*curve)[2].false_positive_rate, 0.5);
  EXPECT_EQ(curve->back().false_positive_rate, 1);
}

TEST(Roc, IntervalIsTheSameForTheSameSeedAndHoldsTheValue) {
  Scores good, defective;
  for (int i = 0; i < 60; ++i) good.push_back(i);
  for (int i = 0; i < 40; ++i) defective.push_back(i + 30.5);
  const auto one = auroc_with_interval(good, defective);
  EXPECT_EQ(one->interval, auroc_with_interval(good, defective)->interval);
  EXPECT_LT(one->interval.low, one->value);
  EXPECT_GT(one->interval.high, one->value);
  // DeLong's interval of the same scores, computed apart: 0.81875, standard error 0.04043.
  EXPECT_LT(one->interval.low, one->value - 1.96 * 0.04043 + 0.02);
  EXPECT_NEAR(one->interval.low, newcombe_interval(one->value, 60, 40).low, 0.02);
}

// With 15 of each, one pair in the wrong order is no reason to be surer than where there is none.
TEST(Roc, AWorseResultHasNoTighterInterval) {
  Scores good, defective;
  for (int i = 0; i < 15; ++i) good.push_back(i);
  for (int i = 0; i < 15; ++i) defective.push_back(i + 15);
  const auto perfect = auroc_with_interval(good, defective);
  std::swap(good.back(), defective.front());
  const auto nearly = auroc_with_interval(good, defective);
  EXPECT_LT(nearly->value, 1);
  EXPECT_LE(nearly->interval.low, perfect->interval.low);
  EXPECT_LE(nearly->interval.low, newcombe_interval(nearly->value, 15, 15).low);
}

// Ten copies of every score as one part each tell no more than one of them; as ten parts they would seem to.
TEST(Roc, SeveralPicturesOfAPartDoNotNarrowTheInterval) {
  Scores good, defective, good_copies, defective_copies;
  PartNumbers parts;
  for (std::size_t part = 0; part < 30; ++part) {
    good.push_back(static_cast<double>(part));
    defective.push_back(static_cast<double>(part) + 15.5);
    for (int copy = 0; copy < 10; ++copy) {
      good_copies.push_back(good.back());
      defective_copies.push_back(defective.back());
      parts.good.push_back(part);
      parts.defective.push_back(part);
    }
  }
  const auto width = [](const Result<AurocEstimate>& estimate) {
    return estimate->interval.high - estimate->interval.low;
  };
  const double single = width(auroc_with_interval(good, defective));
  EXPECT_DOUBLE_EQ(width(auroc_with_interval(good_copies, defective_copies, {}, parts)), single);
  EXPECT_LT(width(auroc_with_interval(good_copies, defective_copies)), single / 2);
}

TEST(Roc, PerfectSeparationOfAFewPicturesIsNoCertainty) {
  const auto few = auroc_with_interval(Scores{1, 2, 3, 4, 5}, Scores{6, 7, 8});
  EXPECT_EQ(few->value, 1);
  EXPECT_EQ(few->interval.high, 1);
  EXPECT_LT(few->interval.low, 0.8);
  const auto more = newcombe_interval(1, 500, 300);
  EXPECT_GT(more.low, 0.98);
}

}  // namespace
}  // namespace lineguard::stats
