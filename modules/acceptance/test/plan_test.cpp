#include <cmath>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <lineguard/acceptance/escape.h>
#include <lineguard/acceptance/plan.h>
#include <lineguard/stats/bounds.h>

namespace lineguard::acceptance {
namespace {

PlanQuestion question() {
  PlanQuestion asked;
  asked.escape_cost = 40;
  asked.overkill_cost = 0.8;
  asked.defect_rate = 0.003;
  asked.parts_per_hour = 600;
  return asked;
}

TEST(Escape, FollowsFromMissAndDefectRate) {
  EXPECT_DOUBLE_EQ(escape_rate(1, 0, 0.01), 0.01);  // all passed
  EXPECT_EQ(escape_rate(0, 0.5, 0.01), 0);
  EXPECT_EQ(escape_rate(0, 1, 0.01), 0);  // nothing passed
  const double escapes = escape_rate(0.1, 0.02, 0.003);
  EXPECT_NEAR(miss_for_escape_rate(escapes, 0.02, 0.003), 0.1, 1e-12);
  EXPECT_EQ(miss_for_escape_rate(0.5, 0, 0.003), 1);  // even all of them would be fewer
}

TEST(Plan, TheTargetKeepsTheWantedShareOfTheSaving) {
  const auto plan = make_plan(question());
  ASSERT_TRUE(plan);
  EXPECT_DOUBLE_EQ(plan->loss_without, 0.12);
  EXPECT_NEAR(saving_per_part(question(), plan->target_miss, plan->target_overkill), 0.8 * plan->best_saving, 1e-12);
  EXPECT_NEAR(plan->target_miss, 0.1, 1e-12);
  EXPECT_EQ(plan->miss_proofs[0].parts, stats::trials_needed(plan->target_miss));
  EXPECT_LT(plan->miss_proofs[0].parts, plan->miss_proofs[1].parts);
  EXPECT_GT(plan->miss_proofs[0].likely_hours, plan->miss_proofs[0].hours);
}

TEST(Plan, OnTheBreakEvenLineNothingIsSaved) {
  const auto plan = make_plan(question());
  ASSERT_TRUE(plan);
  for (const PayingRate& rate : plan->paying) {
    EXPECT_NEAR(saving_per_part(question(), rate.miss, rate.most_overkill), 0, 1e-12);
  }
}

TEST(Plan, AnInspectionThatCostsMoreThanEscapesDoesNotPay) {
  PlanQuestion asked = question();
  asked.inspection_cost = 0.13;
  const auto plan = make_plan(asked);
  ASSERT_TRUE(plan);
  EXPECT_FALSE(plan->pays());
  EXPECT_NE(to_text(*plan).find("No inspection pays"), std::string::npos);
  EXPECT_TRUE(nlohmann::json::parse(to_json(*plan)).at("target").is_null());
  EXPECT_NE(to_html(*plan).find("No inspection pays"), std::string::npos);
}

TEST(Plan, ValuesOutOfRangeAreNamed) {
  const auto message = [](auto change) {
    PlanQuestion asked = question();
    change(asked);
    const auto plan = make_plan(asked);
    return plan ? std::string() : plan.error().message;
  };
  EXPECT_NE(message([](auto& q) { q.escape_cost = 0; }).find("the cost of an escape is 0"), std::string::npos);
  EXPECT_NE(message([](auto& q) { q.overkill_cost = -1; }).find("overkill"), std::string::npos);
  EXPECT_NE(message([](auto& q) { q.defect_rate = 0; }).find("defect rate"), std::string::npos);
  EXPECT_NE(message([](auto& q) { q.parts_per_hour = 0; }).find("rate of the line"), std::string::npos);
  EXPECT_NE(message([](auto& q) { q.confidence = 1; }).find("confidence"), std::string::npos);
  EXPECT_NE(message([](auto& q) { q.review_cost = std::nan(""); }).find("review"), std::string::npos);
}

TEST(Plan, ExtremeQuestionsStillHaveAnAnswer) {
  for (const double defect_rate : {1e-7, 0.999999}) {
    for (const double escape_cost : {1e-6, 1e9}) {
      PlanQuestion asked = question();
      asked.defect_rate = defect_rate;
      asked.escape_cost = escape_cost;
      const auto plan = make_plan(asked);
      ASSERT_TRUE(plan);
      EXPECT_EQ(to_text(*plan).find("nan"), std::string::npos) << to_text(*plan);
      EXPECT_EQ(to_text(*plan).find("inf"), std::string::npos) << to_text(*plan);
      EXPECT_FALSE(to_html(*plan).empty());
    }
  }
}

TEST(Plan, JsonNamesItsSchema) {
  const auto json = nlohmann::json::parse(to_json(*make_plan(question())));
  EXPECT_EQ(json.at("schema"), "lineguard.plan/1");
  EXPECT_NEAR(json.at("target").at("miss").get<double>(), 0.1, 1e-12);
  EXPECT_EQ(json.at("miss_proofs").size(), 6u);
}

}  // namespace
}  // namespace lineguard::acceptance
