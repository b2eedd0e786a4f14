#include "trial_choice.h"

#include <gtest/gtest.h>

namespace lineguard::detector {
namespace {

Trial trial(double merit, double unsteadiness) {
  Trial made;
  made.name = "a setting";
  made.reached = true;
  made.image_auroc = merit - 0.1;
  made.pixel_auroc = merit + 0.1;
  made.unsteadiness = unsteadiness;
  return made;
}

TEST(TrialChoice, TheDefaultsStayWhereNothingIsProven) {
  EXPECT_EQ(choose_trial({trial(0.8, 0.1), trial(0.9, 0.01)}, {false, false}), 0u);
}

TEST(TrialChoice, TheHighestMeritWins) {
  EXPECT_EQ(choose_trial({trial(0.8, 0.1), trial(0.85, 0.01), trial(0.87, 0.2)}, {false, true, true}), 2u);
}

TEST(TrialChoice, AmongTheBestTheSteadiestWins) {
  const std::vector<Trial> trials{trial(0.8, 0.1), trial(0.868, 0.05), trial(0.87, 0.07), trial(0.869, 0.01)};
  EXPECT_EQ(choose_trial(trials, {false, true, true, true}), 3u);
  EXPECT_EQ(choose_trial(trials, {false, true, true, false}), 1u);  // what is not proven does not count
  EXPECT_NE(reason_of(trials, {false, true, true, false}, 1).find("the steadiest of the best, of 4 trials"),
            std::string::npos);
}

TEST(TrialChoice, TheReasonSpeaksOfProvenTrials) {
  const std::vector<Trial> trials{trial(0.8, 0.1), trial(0.9, 0.01), trial(0.87, 0.2)};
  const std::vector<bool> proven{false, false, true};
  ASSERT_EQ(choose_trial(trials, proven), 2u);
  EXPECT_NE(
      reason_of(trials, proven, 2).find("; the best of those better in 9 of 10 redraws of the parts, of 3 trials"),
      std::string::npos);
  EXPECT_NE(
      reason_of(trials, {false, false, false}, 0).find("none of 3 trials is better in 9 of 10 redraws of the parts"),
      std::string::npos);
}

TEST(TrialChoice, AGainMustBeWellAboveTheDefaults) {
  EXPECT_FALSE(is_well_above(trial(0.81, 0), trial(0.8, 0)));
  EXPECT_TRUE(is_well_above(trial(0.82, 0), trial(0.8, 0)));
}

}  // namespace
}  // namespace lineguard::detector
