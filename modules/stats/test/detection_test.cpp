#include <gtest/gtest.h>

#include <lineguard/stats/detection.h>

namespace lineguard::stats {
namespace {

constexpr Box kHere{0, 0, 10, 10}, kThere{100, 100, 10, 10}, kElsewhere{50, 0, 10, 10};

TEST(Detection, IntersectionOverUnionByHand) {
  EXPECT_DOUBLE_EQ(intersection_over_union(kHere, kHere), 1);
  EXPECT_DOUBLE_EQ(intersection_over_union(kHere, {5, 0, 10, 10}), 50.0 / 150.0);
  EXPECT_DOUBLE_EQ(intersection_over_union(kHere, {10, 0, 10, 10}), 0);
  EXPECT_DOUBLE_EQ(intersection_over_union(kHere, {0, 0, 0, 10}), 0);
}

// Right at 0.9, wrong at 0.8, right at 0.7: recall 1/2 at precision 1, recall 1 at precision 2/3.
TEST(Detection, AveragePrecisionByHand) {
  const std::vector<BoxedPicture> pictures{
      {{{kHere, 0.9, "a"}, {kElsewhere, 0.8, "a"}}, {{kHere, "a"}}},
      {{{kThere, 0.7, "a"}}, {{kThere, "a"}}},
  };
  const auto figures = detection_figures(pictures, 0.5, true);
  ASSERT_TRUE(figures);
  EXPECT_NEAR(figures->mean_average_precision, 0.5 * 1 + 0.5 * 2.0 / 3, 1e-12);
  EXPECT_EQ(figures->recalled.events, 2u);
  EXPECT_EQ(figures->recalled.n, 2u);
  EXPECT_EQ(figures->false_boxes.events, 1u);
}

// Right and wrong with one score: one point of the curve, whichever picture comes first.
TEST(Detection, EqualScoresAreOnePoint) {
  const BoxedPicture right{{{kHere, 0.5, "a"}}, {{kHere, "a"}}}, wrong{{{kThere, 0.5, "a"}}, {}};
  EXPECT_DOUBLE_EQ(detection_figures({right, wrong}, 0.5, true)->mean_average_precision, 0.5);
  EXPECT_DOUBLE_EQ(detection_figures({wrong, right}, 0.5, true)->mean_average_precision, 0.5);
}

// Of 32 boxes all of two classes are found and none of a third: every resample says 2/3, and yet it is a figure of 32.
TEST(Detection, ResamplesThatAgreeAreNoCertainty) {
  std::vector<BoxedPicture> pictures;
  for (int i = 0; i < 30; ++i) {
    const std::string name(1, static_cast<char>('a' + i % 3));
    pictures.push_back({{{name == "c" ? kThere : kHere, 1, name}}, {{kHere, name}}});
  }
  const auto figures = detection_figures(pictures, 0.5, true);
  EXPECT_NEAR(figures->mean_average_precision, 2.0 / 3, 1e-12);
  EXPECT_LT(figures->interval.low, 0.6);
  EXPECT_GT(figures->interval.high, 0.72);
}

TEST(Detection, ATrueBoxIsTakenOnce) {
  const std::vector<BoxedPicture> pictures{{{{kHere, 0.9, ""}, {kHere, 0.8, ""}}, {{kHere, "a"}}}};
  const auto figures = detection_figures(pictures, 0.5, false);
  EXPECT_DOUBLE_EQ(figures->mean_average_precision, 1);
  EXPECT_EQ(figures->false_boxes.events, 1u);
}

TEST(Detection, AWrongClassIsNoHitWhereClassesCount) {
  const std::vector<BoxedPicture> pictures{{{{kHere, 0.9, "b"}}, {{kHere, "a"}}}};
  EXPECT_DOUBLE_EQ(detection_figures(pictures, 0.5, true)->mean_average_precision, 0);
  EXPECT_DOUBLE_EQ(detection_figures(pictures, 0.5, false)->mean_average_precision, 1);
}

TEST(Detection, OfOnePictureWhatWasNotFoundAndWhatIsFalse) {
  const BoxedPicture picture{{{kHere, 0.9, "a"}, {kThere, 0.8, "a"}, {kElsewhere, 0.7, "a", false}},
                             {{kHere, "b"}, {kElsewhere, "a"}}};
  const BoxOutcome outcome = box_outcome(picture, 0.5);
  EXPECT_EQ(outcome.true_boxes, 2u);
  EXPECT_EQ(outcome.found, 1u);
  EXPECT_EQ(outcome.false_boxes, 1u);
  EXPECT_EQ(outcome.wrong(), 2u);
}

TEST(Detection, ALowerLimitAcceptsALooserBox) {
  const std::vector<BoxedPicture> pictures{{{{{5, 0, 10, 10}, 0.9, ""}}, {{kHere, ""}}}};
  EXPECT_DOUBLE_EQ(detection_figures(pictures, 0.33, false)->mean_average_precision, 1);
  EXPECT_DOUBLE_EQ(detection_figures(pictures, 0.5, false)->mean_average_precision, 0);
}

TEST(Detection, FalseBoxesOfGoodPicturesAreAMean) {
  const std::vector<BoxedPicture> pictures{{{{kHere, 2, ""}, {kThere, 1, ""}}, {}}, {{}, {}}, {{}, {{kHere, "a"}}}};
  const auto figures = detection_figures(pictures, 0.5, false);
  EXPECT_EQ(figures->pictures_good, 2u);
  EXPECT_DOUBLE_EQ(figures->false_boxes_a_good_picture, 1);
  EXPECT_FALSE(detection_figures({{{{kHere, 2, ""}}, {}}}, 0.5, false));
}

TEST(Detection, TheIntervalDrawsWholeParts) {
  // Six parts in ten pictures each, found in all or in none: six trials, not sixty.
  std::vector<BoxedPicture> pictures;
  for (int i = 0; i < 60; ++i) {
    const bool found = i / 10 % 2 == 0;
    pictures.push_back({{{found ? kHere : kThere, 1, ""}}, {{kHere, ""}}});
  }
  const auto alone = detection_figures(pictures, 0.5, false)->interval;
  for (int i = 0; i < 60; ++i) pictures[static_cast<std::size_t>(i)].part = std::to_string(i / 10);
  const auto together = detection_figures(pictures, 0.5, false)->interval;
  EXPECT_LT(alone.high - alone.low, 0.6 * (together.high - together.low));
}

TEST(Detection, BoxesBelowTheLevelCountForAveragePrecisionAlone) {
  const std::vector<BoxedPicture> pictures{{{{kHere, 2, ""}, {kThere, -3, "", false}}, {{kHere, ""}, {kThere, ""}}}};
  const auto figures = detection_figures(pictures, 0.5, false);
  EXPECT_DOUBLE_EQ(figures->mean_average_precision, 1);
  EXPECT_EQ(figures->recalled.events, 1u);
  EXPECT_EQ(figures->false_boxes.n, 1u);
}

}  // namespace
}  // namespace lineguard::stats
