// What the gate did against what was decided.
#include <random>

#include <gtest/gtest.h>

#include <lineguard/station/gate_history.h>
#include <lineguard/station/gate_watch.h>
#include <lineguard/station/inspection_cycle.h>

namespace lineguard::station {
namespace {

constexpr SteadyTime kNow{};

TEST(GateWatch, EachPartIsComparedAsItComes) {
  GateWatch watch;
  watch.begin_at({10, 5, 5});
  watch.on_pass(11);
  watch.on_pass(13);
  EXPECT_EQ(watch.on_gate(kNow, {11, 6, 5})->at_most, 0u);
  EXPECT_EQ(watch.on_gate(kNow, {12, 6, 6})->at_most, 0u);
  const auto finding = watch.on_gate(kNow, {13, 6, 7});
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->at_least, 1u);
  EXPECT_TRUE(finding->exact);
  EXPECT_FALSE(finding->dangerous);
  EXPECT_EQ(finding->passes, std::vector<PartNumber>{13});
}

TEST(GateWatch, BetweenTwoReadingsTheCountsBoundTheDifference) {
  GateWatch watch;
  watch.begin_at({4294967293u, 5, 5});
  for (const PartNumber part : {4294967294u, 4294967295u, 0u, 1u}) watch.on_pass(part);
  const auto finding = watch.on_gate(kNow, {1, 6, 8});  // across the wrap
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->passes.size(), 4u);
  EXPECT_EQ(finding->at_least, 3u);
  EXPECT_EQ(finding->at_most, 3u);
  EXPECT_FALSE(finding->exact);
}

TEST(GateWatch, AGateThatPassesTooMuchIsDangerous) {
  GateWatch watch;
  watch.begin_at({10, 5, 5});
  watch.on_pass(12);
  const auto finding = watch.on_gate(kNow, {13, 7, 6});
  ASSERT_TRUE(finding);
  EXPECT_TRUE(finding->dangerous);
  EXPECT_EQ(finding->at_least, 1u);
}

TEST(GateWatch, APartThatIsDecidedAfterTheGateWasDiverted) {
  GateWatch watch;
  watch.begin_at({10, 5, 5});
  EXPECT_FALSE(watch.on_pass(11));
  const auto late = watch.on_pass(9);
  ASSERT_TRUE(late);
  EXPECT_TRUE(late->exact);
  EXPECT_EQ(late->within, (record::NumberRange{9, 9}));
}

TEST(GateWatch, CountsThatAreShownAScanApartAreNoDifference) {
  GateWatch watch;
  watch.begin_at({10, 5, 5});
  watch.on_pass(11);
  EXPECT_FALSE(watch.on_gate(kNow, {11, 5, 5})) << "the number came first";
  EXPECT_EQ(watch.on_gate(kNow + Milliseconds(5), {11, 6, 5})->at_most, 0u);
}

TEST(GateWatch, PartsTakenOffTheBeltAreNoDifferenceOfTheGate) {
  GateWatch watch;
  watch.begin_at({10, 5, 5});
  for (PartNumber part = 11; part <= 14; ++part) watch.on_pass(part);
  watch.on_gate(kNow, {14, 7, 5});
  const auto finding = watch.on_gate(kNow + Milliseconds(200), {14, 7, 5});
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->at_most, 0u) << "two of four came, both passed";
}

TEST(GateWatch, WhatAnotherStationDecidedIsNotKnown) {
  GateWatch watch;
  watch.set_unknown_until(12);
  watch.on_gate(kNow, {10, 5, 5});
  EXPECT_EQ(watch.on_gate(kNow, {11, 6, 5})->at_most, 0u) << "passed by somebody's word";
  EXPECT_FALSE(watch.on_gate(kNow, {12, 6, 6})->exact);
  EXPECT_TRUE(watch.on_gate(kNow, {13, 7, 6})->dangerous) << "but this one is ours";
}

TEST(GateWatch, TheRestOfAnOldCountComesFirst) {
  GateWatch watch;
  watch.begin_at({5000, 50, 50});
  watch.on_pass(5001);
  watch.on_pass(5002);
  watch.on_new_count();
  watch.on_pass(2);
  EXPECT_EQ(watch.on_gate(kNow, {5001, 51, 50})->at_most, 0u);
  const auto rest = watch.on_gate(kNow + Milliseconds(1), {1, 52, 51});
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->at_most, 0u) << "5002 passed, 1 was diverted";
  EXPECT_EQ(watch.on_gate(kNow + Milliseconds(2), {2, 53, 51})->at_most, 0u);
}

TEST(GateWatch, ANewCountBeforeAnyPartWasAtTheGateIsCompared) {
  GateWatch watch;
  watch.begin_at({0, 0, 0});
  watch.on_new_count();
  watch.on_pass(4294967291u);
  watch.on_pass(4294967293u);
  EXPECT_EQ(watch.on_gate(kNow, {4294967291u, 1, 0})->at_most, 0u);
  EXPECT_EQ(watch.on_gate(kNow, {4294967292u, 1, 1})->at_most, 0u);
  EXPECT_EQ(watch.on_gate(kNow, {4294967293u, 2, 1})->at_most, 0u);
  EXPECT_TRUE(watch.on_gate(kNow, {4294967294u, 3, 1})->dangerous) << "nobody decided this one pass";
}

TEST(GateWatch, ANewCountThatFollowsTheOldOnesLastNumberIsCompared) {
  GateWatch watch;
  watch.begin_at({3000, 3, 6});
  watch.on_new_count();
  watch.on_pass(3001);
  EXPECT_EQ(watch.on_gate(kNow, {3001, 4, 6})->at_most, 0u);
}

TEST(GateWatch, CountsThatBeginAgainLeaveWhatWaitsUnsettled) {
  GateWatch watch;
  watch.begin_at({10, 500, 500});
  watch.on_pass(11);
  const auto finding = watch.on_gate(kNow, {11, 1, 0});
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->at_least, 0u);
  EXPECT_EQ(finding->at_most, 1u);
}

// The sum of both counts may have grown all the same.
TEST(GateWatch, OneCountThatFellMeansThatBothBeganAgain) {
  GateWatch watch;
  watch.begin_at({17, 8, 9});
  watch.on_pass(18);
  const auto finding = watch.on_gate(kNow, {71, 0, 71});
  ASSERT_TRUE(finding);
  EXPECT_FALSE(finding->dangerous);
  EXPECT_EQ(finding->at_least, 0u);
  EXPECT_EQ(finding->at_most, 1u);
}

// Two stations take turns on one PLC, each with a record of its own: as many passes as were decided here prove nothing.
TEST(GateWatch, WhatWaitsWhileAnotherStationRunsThePlcIsBounded) {
  ManualClock clock;
  InspectionCycle cycle({}, clock);
  GateHistory history;
  history.gate = GatePoint{3, 1, 2};
  history.passes = {4, 5, 7};
  cycle.remember(history, true);
  record::RestartFacts facts;
  facts.last_part = 20;
  cycle.begin(facts, {20, 20, 20, 4}, std::nullopt, "{}");
  cycle.on_gate({20, 4, 16});
  std::string told;
  for (const Action& action : cycle.take_actions()) {
    const auto* recorded = std::get_if<RecordAction>(&action);
    if (!recorded) continue;
    for (const record::Entry& entry : recorded->entries) {
      if (entry.kind == record::EventKind::gate_differs) told += entry.payload;
    }
  }
  EXPECT_NE(told.find(R"("within":{"first":4,"last":7})"), std::string::npos) << told;
  EXPECT_EQ(cycle.counters().gate_unsettled, 3u);
  EXPECT_EQ(cycle.counters().gate_wrong_passes, 0u);
}

// The PLC restarted, and its counts of the gate with it: the first four of the new count came, nobody knows what became
// of the old one's.
TEST(GateWatch, PassesOfAnOldCountThatNeverCameAreBounded) {
  GateWatch watch;
  watch.begin_at({0, 0, 0});
  for (const PartNumber part : {1u, 2u, 4u, 5u, 8u, 13u}) watch.on_pass(part);
  watch.on_new_count();
  for (const PartNumber part : {1u, 2u, 4u, 6u}) watch.on_pass(part);
  EXPECT_EQ(watch.on_gate(kNow, {4, 3, 1})->at_most, 0u);
  const auto old = watch.on_gate(kNow, {4, 3, 1});
  ASSERT_TRUE(old);
  EXPECT_EQ(old->within.first, 1u);
  EXPECT_EQ(old->within.last, 13u);
  EXPECT_EQ(old->at_least, 0u);
  EXPECT_EQ(old->at_most, 6u);
  EXPECT_EQ(watch.on_gate(kNow, {6, 4, 2})->at_most, 0u) << "the new count goes on";
}

// A million parts, read one by one or in bunches, right across the wrap: a healthy line alarms nobody.
TEST(GateWatch, AHealthyLineIsLeftInPeace) {
  std::mt19937 random(7);
  GateWatch watch;
  GatePoint gate{4294900000u, 17, 3};
  watch.begin_at(gate);
  PartNumber decided = gate.number;
  std::deque<bool> belt;
  for (int part = 0; part < 1'000'000; ++part) {
    const bool pass = random() % 10 != 0;
    ++decided;
    ASSERT_FALSE(pass && watch.on_pass(decided));
    belt.push_back(pass);
    if (belt.size() < 8) continue;
    ++gate.number;
    ++(belt.front() ? gate.passed : gate.diverted);
    belt.pop_front();
    if (random() % 3 == 0) continue;  // not read between two parts
    const auto finding = watch.on_gate(kNow + Milliseconds(part), gate);
    ASSERT_TRUE(finding);
    ASSERT_EQ(finding->at_most, 0u);
  }
  EXPECT_LE(watch.waiting(), 8u);
}

}  // namespace
}  // namespace lineguard::station
