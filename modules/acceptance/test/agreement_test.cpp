#include "aiag_study.h"

#include <cmath>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <lineguard/acceptance/agreement.h>

namespace lineguard::acceptance {
namespace {

Study aiag() {
  const auto answers = read_answers(test::aiag_csv(), "aiag.csv");
  EXPECT_TRUE(answers);
  auto made = study(*answers, {.resamples = 200});
  EXPECT_TRUE(made);
  return *made;
}

// The published figures: kappas between appraisers 0.86, 0.78, 0.79, against the reference 0.88, 0.92, 0.77;
// effectiveness 84, 90 and 80 %; the system's 78 %.
TEST(Agreement, AiagsWorkedExample) {
  const Study made = aiag();
  ASSERT_EQ(made.pairs.size(), 3u);
  EXPECT_NEAR(made.pairs[0].kappa->value, 0.86, 0.005);  // A and B
  EXPECT_NEAR(made.pairs[1].kappa->value, 0.78, 0.005);  // A and C
  EXPECT_NEAR(made.pairs[2].kappa->value, 0.79, 0.005);  // B and C
  ASSERT_EQ(made.inspectors.size(), 3u);
  EXPECT_NEAR(made.inspectors[0].reference_kappa->value, 0.88, 0.005);
  EXPECT_NEAR(made.inspectors[1].reference_kappa->value, 0.92, 0.005);
  EXPECT_NEAR(made.inspectors[2].reference_kappa->value, 0.77, 0.005);
  EXPECT_EQ(made.inspectors[0].within.events, 42u);
  EXPECT_EQ(made.inspectors[1].within.events, 45u);
  EXPECT_EQ(made.inspectors[2].within.events, 40u);
  EXPECT_EQ(made.inspectors[0].right.events, 42u);
  EXPECT_EQ(made.inspectors[1].right.events, 45u);
  EXPECT_EQ(made.inspectors[2].right.events, 40u);
  EXPECT_EQ(made.between.events, 39u);
  EXPECT_EQ(made.all_right.events, 39u);
}

// AIAG's table of misses and false alarms counts trials: A 6.3 and 4.9 %, B 6.3 and 2.0 %, C 12.5 and 8.8 %.
// That the table is the published one, beyond its kappas: how often each inspector says the same in all trials, by
// answer (29 and 13, 32 and 13, 28 and 12 parts), and how often A and B reject (50 and 47 of 150 times).
TEST(Agreement, AiagsTableIsThePublishedOne) {
  for (std::size_t inspector = 0; inspector < 3; ++inspector) {
    std::size_t all_good = 0, all_defective = 0, rejected = 0;
    for (const std::string row : test::kAiagParts) {
      const std::string trials = row.substr(4 * inspector, 3);
      all_good += trials == "111";
      all_defective += trials == "000";
      rejected += static_cast<std::size_t>(std::ranges::count(trials, '0'));
    }
    const std::size_t good[] = {29, 32, 28}, defective[] = {13, 13, 12}, rejects[] = {50, 47, 51};
    EXPECT_EQ(all_good, good[inspector]);
    EXPECT_EQ(all_defective, defective[inspector]);
    EXPECT_EQ(rejected, rejects[inspector]);
  }
}

TEST(Agreement, AiagsMissAndFalseAlarmRates) {
  const Study made = aiag();
  EXPECT_NEAR(made.inspectors[0].missed.rate(), 0.0625, 0.001);
  EXPECT_NEAR(made.inspectors[0].false_alarms.rate(), 0.049, 0.001);
  EXPECT_NEAR(made.inspectors[1].missed.rate(), 0.0625, 0.001);
  EXPECT_NEAR(made.inspectors[1].false_alarms.rate(), 0.0196, 0.001);
  EXPECT_NEAR(made.inspectors[2].missed.rate(), 0.125, 0.001);
  EXPECT_NEAR(made.inspectors[2].false_alarms.rate(), 0.088, 0.001);
}

TEST(Agreement, NamesThePartsThatSomebodyJudgesOtherwise) {
  const Study made = aiag();
  EXPECT_EQ(made.disagreements.size(), 11u);
  EXPECT_NE(to_html(made).find("11 of 50 parts"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(to_json(made)).at("schema"), "lineguard.agreement/1");
  EXPECT_NE(to_text(made).find("A and B: kappa 0.86"), std::string::npos) << to_text(made);
}

std::string refusal(const std::string& csv, const StudyOptions& options = {}) {
  const auto answers = read_answers(csv, "s.csv");
  if (!answers) return answers.error().message;
  const auto made = study(*answers, options);
  return made ? std::string() : made.error().message;
}

TEST(Agreement, SeveralKindsOfDefectHaveAKappaEach) {
  std::string csv = "part,inspector,trial,answer,reference\n";
  for (int i = 0; i < 30; ++i) {
    const std::string kind = i % 3 == 0 ? "good" : i % 3 == 1 ? "crack" : "stain";
    for (const char* who : {"A", "B"}) {
      const bool wrong = i == 4 && who[0] == 'B';
      csv += std::to_string(i) + "," + who + ",1," + (wrong ? "stain" : kind) + "," + kind + "\n";
    }
  }
  const auto made = study(*read_answers(csv, "s.csv"));
  ASSERT_TRUE(made);
  ASSERT_EQ(made->by_category.size(), 3u);
  EXPECT_EQ(made->by_category[0].name, "good");
  EXPECT_EQ(made->by_category[0].kappa->value, 1);
  EXPECT_LT(made->by_category[1].kappa->value, 1);
  EXPECT_EQ(made->inspectors[1].wrong_kind.events, 1u);
  EXPECT_EQ(made->inspectors[1].missed.events, 0u);
}

TEST(Agreement, AModelIsOneOfTheInspectors) {
  auto answers = *read_answers(test::aiag_csv(), "aiag.csv");
  std::string predictions = "image,part,label,score,threshold\n";
  for (std::size_t i = 0; i < test::kAiagParts.size(); ++i) {
    for (int trial = 0; trial < 3; ++trial)
      predictions +=
          "x.png," + std::to_string(i + 1) + "," + (test::kAiagParts[i][12] == '1' ? "good" : "defective") + ",1,2\n";
  }
  const auto model = read_predictions(predictions, "p.csv", "model");
  ASSERT_TRUE(model);
  answers.insert(answers.end(), model->begin(), model->end());
  const auto made = study(answers, {.resamples = 50});
  ASSERT_TRUE(made);
  ASSERT_EQ(made->inspectors.size(), 4u);
  EXPECT_EQ(made->inspectors[3].right.events, 50u);
  EXPECT_EQ(made->inspectors[3].reference_kappa->value, 1);
}

TEST(Agreement, WhatContradictsIsNamed) {
  EXPECT_NE(
      refusal("part,inspector,trial,answer,reference\n1,A,1,good,good\n1,B,1,good,crack\n").find("two references"),
      std::string::npos);
  EXPECT_NE(refusal("part,inspector,trial,answer\n1,A,1,good\n1,A,1,crack\n").find("answered trial \"1\" twice"),
            std::string::npos);
  EXPECT_NE(refusal("part,inspector,answer\n1,A,good\n").find("no column \"trial\""), std::string::npos);
  EXPECT_NE(refusal("part,inspector,trial,answer\n1,,1,good\n").find("s.csv:2"), std::string::npos);
  EXPECT_NE(refusal("part,inspector,trial,answer\n1,A,1,1\n1,B,1,0\n").find("--good"), std::string::npos);
  EXPECT_EQ(refusal("part,inspector,trial,answer\n1,A,1,1\n1,B,1,0\n", {.good = "1"}), "");
}

TEST(Repeatability, PoolsTheSpreadWithinParts) {
  const auto found =
      repeatability({{"a", "good", 1}, {"a", "good", 3}, {"b", "good", 5}, {"b", "defective", 7}, {"c", "good", 0}}, 6);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->deviation, std::sqrt(2.0), 1e-12);
  EXPECT_EQ(found->degrees, 2u);
  EXPECT_LT(found->deviation_interval.low, found->deviation);
  EXPECT_EQ(found->changing.events, 1u);
  EXPECT_EQ(found->changing.n, 2u);
  EXPECT_EQ(found->parts.front().part, "b");  // nearest to the threshold
  EXPECT_EQ(found->near, 2u);
  EXPECT_FALSE(repeatability({{"a", "good", 1}, {"b", "good", 1}}, 6));
}

TEST(Repeatability, IsReadFromPredictions) {
  const auto found =
      repeatability_of_predictions("part,label,score,threshold\na,good,1,2\na,good,1.5,2\nb,,,\n", "p.csv");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->parts.size(), 1u);
  EXPECT_EQ(found->threshold, 2);
  const auto broken = repeatability_of_predictions("part,label,score,threshold\na,good,x,2\n", "p.csv");
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().message.find("p.csv:2"), std::string::npos);
}

}  // namespace
}  // namespace lineguard::acceptance
