#include "temp_folder.h"

#include <gtest/gtest.h>

#include <lineguard/record/decision_json.h>
#include <lineguard/record/record_reader.h>
#include <lineguard/record/record_writer.h>

namespace lineguard::record {
namespace {

class RestartFactsTest : public testing::Test {
 protected:
  void SetUp() override {
    auto writer = RecordWriter::open(folder_ / "record.db", clock_, {.reserve_bytes = 0});
    ASSERT_TRUE(writer);
    writer_ = std::move(*writer);
  }
  void append(EventKind kind, std::optional<PartNumber> part = {}) {
    ASSERT_TRUE(writer_->append(Entry{kind, part, "{}"}));
  }
  void decide(PartNumber part, Outcome outcome, EventKind kind = EventKind::decided) {
    Decision decision;
    decision.part_number = part;
    decision.outcome = outcome;
    ASSERT_TRUE(writer_->append(decision_entry(kind, decision, {})));
  }
  RecordReader reader() {
    auto opened = RecordReader::open(folder_ / "record.db");
    EXPECT_TRUE(opened);
    return std::move(*opened);
  }
  RestartFacts facts() {
    auto found = reader().read_restart_facts();
    EXPECT_TRUE(found) << found.error().message;
    return *found;
  }
  std::vector<NumberRange> missing() {
    auto found = reader().missing_numbers();
    EXPECT_TRUE(found) << found.error().message;
    return *found;
  }
  test::TempFolder folder_;
  ManualClock clock_;
  std::unique_ptr<RecordWriter> writer_;
};

TEST_F(RestartFactsTest, AnEmptyRecordKnowsNoPart) {
  EXPECT_FALSE(facts().last_part);
  EXPECT_TRUE(facts().unconfirmed.empty());
  EXPECT_TRUE(facts().stopped_in_order);
}

TEST_F(RestartFactsTest, DecidedWithoutActuatedIsFoundWithItsEffectiveOutcome) {
  append(EventKind::station_started);
  decide(1, Outcome::pass);
  append(EventKind::actuated, 1);
  decide(2, Outcome::pass);
  decide(3, Outcome::pass);
  decide(3, Outcome::divert, EventKind::revised);
  const RestartFacts found = facts();
  EXPECT_EQ(found.last_part, 3u);
  EXPECT_FALSE(found.stopped_in_order);
  ASSERT_EQ(found.unconfirmed.size(), 2u);
  EXPECT_EQ(found.unconfirmed[0].part, 2u);
  EXPECT_EQ(found.unconfirmed[0].outcome, Outcome::pass);
  EXPECT_EQ(found.unconfirmed[1].outcome, Outcome::divert);
}

TEST_F(RestartFactsTest, WhatAnEarlierStartResolvedIsNotAskedAgain) {
  append(EventKind::station_started);
  decide(1, Outcome::pass);
  append(EventKind::station_started);
  decide(2, Outcome::pass);
  append(EventKind::output_unknown, 2);
  append(EventKind::station_stopped);
  EXPECT_TRUE(facts().unconfirmed.empty());
  EXPECT_TRUE(facts().stopped_in_order);
}

TEST_F(RestartFactsTest, MissingNumbersAreFoundInAnyOrderAndAcrossTheWrap) {
  for (PartNumber part : {4294967294u, 1u, 4294967295u, 4u}) decide(part, Outcome::divert);
  EXPECT_EQ(missing(), (std::vector<NumberRange>{{0, 0}, {2, 3}}));
}

TEST_F(RestartFactsTest, ANewCountIsNoGap) {
  decide(100, Outcome::pass);
  decide(102, Outcome::pass);
  append(EventKind::numbering_restarted, 0);
  decide(1, Outcome::pass);
  decide(3, Outcome::pass);
  EXPECT_EQ(missing(), (std::vector<NumberRange>{{101, 101}, {2, 2}}));
}

TEST_F(RestartFactsTest, ANumberBelowAnEarlierDecisionIsMissingToo) {
  append(EventKind::station_started, 10);
  EXPECT_EQ(facts().last_part, 10u) << "known before the first decision";
  decide(12, Outcome::divert);  // busy: decided while part 11 was being inspected
  EXPECT_EQ(facts().last_part, 12u);
  EXPECT_EQ(facts().missing, (std::vector<NumberRange>{{11, 11}}));
  decide(11, Outcome::pass);
  EXPECT_TRUE(facts().missing.empty());
}

TEST_F(RestartFactsTest, AnOutageOfAMillionNumbersIsOneEvent) {
  append(EventKind::station_started, 10);
  RangeDecision outage;
  outage.range = {11, 1000010};
  ASSERT_TRUE(writer_->append(decided_range_entry(outage)));
  decide(1000012, Outcome::pass);
  EXPECT_EQ(facts().last_part, 1000012u);
  EXPECT_EQ(facts().missing, (std::vector<NumberRange>{{1000011, 1000011}}));
}

TEST_F(RestartFactsTest, ARangeMayWrapAndOverlapWhatIsDecided) {
  append(EventKind::station_started, 4294967290u);
  decide(4294967293u, Outcome::divert);
  RangeDecision outage;
  outage.range = {4294967292u, 3};
  ASSERT_TRUE(writer_->append(decided_range_entry(outage)));
  EXPECT_EQ(missing(), (std::vector<NumberRange>{{4294967291u, 4294967291u}}));
  EXPECT_EQ(facts().last_part, 3u);
}

}  // namespace
}  // namespace lineguard::record
