#include <cmath>

#include <gtest/gtest.h>

#include <lineguard/record/decision_json.h>

namespace lineguard::record {
namespace {

Event recorded(const Entry& entry) {
  return Event{1, "", std::string(to_string(entry.kind)), entry.part, entry.payload, "", ""};
}

TEST(DecisionJson, ADecisionComesBackFromItsPayload) {
  Decision decision;
  decision.part_number = 42;
  decision.outcome = Outcome::pass;
  decision.gate = Gate::none;
  decision.reason = Reason::good;
  decision.detail = "x\ny";
  decision.prediction.emplace();
  decision.prediction->label = Label::good;
  decision.prediction->score = 0.1 + 0.2;
  decision.prediction->model = {"cells", 3, std::string(64, 'd')};
  decision.prediction->threshold = 39.3;
  decision.threshold = 60;
  auto parsed = parse_decision(recorded(decision_entry(EventKind::decided, decision, {.recipe = "r1"})));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->part_number, 42u);
  EXPECT_EQ(parsed->outcome, Outcome::pass);
  EXPECT_EQ(parsed->reason, Reason::good);
  EXPECT_EQ(parsed->detail, "x\ny");
  EXPECT_EQ(parsed->prediction->score, 0.1 + 0.2);
  EXPECT_EQ(parsed->prediction->model, decision.prediction->model);
  EXPECT_EQ(parsed->threshold, 60) << "what the score was held against";
  EXPECT_EQ(parsed->prediction->threshold, 39.3);
}

TEST(DecisionJson, EveryReasonHasAName) {
  for (const Reason reason : all_reasons()) {
    Decision decision;
    decision.reason = reason;
    auto parsed = parse_decision(recorded(decision_entry(EventKind::revised, decision, {})));
    ASSERT_TRUE(parsed) << to_string(reason);
    EXPECT_EQ(parsed->reason, reason);
  }
}

TEST(DecisionJson, AScoreThatIsNoNumberStaysOne) {
  Decision decision;
  decision.prediction.emplace();
  decision.prediction->score = std::nan("");
  const Entry entry = decision_entry(EventKind::decided, decision, {});
  EXPECT_NE(entry.payload.find("\"score\":null"), std::string::npos);
  auto parsed = parse_decision(recorded(entry));
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(std::isnan(parsed->prediction->score));
}

TEST(DecisionJson, WhatIsNotADecisionIsSaid) {
  auto parsed = parse_decision(Event{9, "", "decided", 1, R"({"outcome":"maybe"})", "", ""});
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, ErrorCode::corrupt_data);
  EXPECT_NE(parsed.error().message.find("outcome"), std::string::npos);
  EXPECT_FALSE(parse_decision(Event{9, "", "decided", 1, "junk", "", ""}));
}

}  // namespace
}  // namespace lineguard::record
