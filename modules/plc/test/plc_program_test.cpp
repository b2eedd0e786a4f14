#include "test_line.h"

#include <gtest/gtest.h>

#include <lineguard/plc/plc_program.h>

namespace lineguard::plc {
namespace {

using test::fast_line;
using test::Line;

// A line with part 1 just triggered.
Line one_part(PlcProgramConfig config = fast_line(1)) {
  Line line(std::move(config));
  line.program.start_line();
  line.until_triggered(line.inputs.trigger_number + 1);
  return line;
}

GateRecord the_record(Line& line) {
  line.until_finished();
  EXPECT_EQ(line.records.size(), 1u);
  return line.records.empty() ? GateRecord{} : line.records.front();
}

void expect_divert(Line& line, GateCause cause) {
  const auto record = the_record(line);
  EXPECT_EQ(record.action, GateAction::divert);
  EXPECT_EQ(to_string(record.cause), to_string(cause));
  EXPECT_EQ(line.program.counts().passed, 0u);
  EXPECT_EQ(line.program.counts().diverted, 1u);
}

TEST(PlcProgram, PassesThePartWhoseOkWasTaken) {
  auto line = one_part();
  EXPECT_TRUE(line.hand_over(1, true));
  const auto record = the_record(line);
  EXPECT_EQ(record.action, GateAction::pass);
  EXPECT_EQ(record.cause, GateCause::ok);
  EXPECT_EQ(record.reason, Reason::good);
  EXPECT_TRUE(record.ok_seen);
  EXPECT_EQ(record.gated_at - record.triggered_at, Milliseconds(50));
  EXPECT_EQ(line.inputs.gate_number, 1u);
  EXPECT_EQ(line.inputs.gate_pass_count, 1u);
  EXPECT_EQ(line.inputs.gate_divert_count, 0u);
}

TEST(PlcProgram, GivesNoTriggerBeforeTheLineStarts) {
  Line line(fast_line(1));
  line.beats(100);
  EXPECT_EQ(line.inputs.trigger_count, 0);
  EXPECT_EQ(line.inputs.trigger_number, 0u) << "the number before the first part's";
  EXPECT_FALSE(line.inputs.line_running);
}

TEST(PlcProgram, NoResultDiverts) {
  auto line = one_part();
  expect_divert(line, GateCause::no_result);
}

TEST(PlcProgram, NgDiverts) {
  auto line = one_part();
  EXPECT_TRUE(line.hand_over(1, false, Reason::defective));
  expect_divert(line, GateCause::ng);
  EXPECT_EQ(line.records[0].reason, Reason::defective);
}

TEST(PlcProgram, OkWithoutResultsReadyDiverts) {
  auto line = one_part();
  line.set_result(1, true, Reason::good);
  line.station.results_ready = false;
  expect_divert(line, GateCause::no_result);
}

TEST(PlcProgram, OkForAnotherNumberDiverts) {
  for (const PartNumber other : {0u, 2u, 0x10001u, 0xFFFFFFFFu}) {
    auto line = one_part();
    EXPECT_FALSE(line.hand_over(other, true)) << other;
    expect_divert(line, GateCause::no_result);
    EXPECT_EQ(line.program.counts().results_refused, 1u);
  }
}

TEST(PlcProgram, OkBesideNgDiverts) {
  auto line = one_part();
  line.set_result(1, true, Reason::good);
  line.station.ng = true;
  line.beat();
  expect_divert(line, GateCause::ng);
}

TEST(PlcProgram, ErrorImpliesNgForTheResultThatComesWithIt) {
  auto line = one_part();
  line.set_result(1, true, Reason::good);
  line.station.error = true;
  line.beat();
  line.station = PlcOutputs{.heartbeat = line.station.heartbeat};
  expect_divert(line, GateCause::ng);
}

TEST(PlcProgram, ErrorAtTheGateDivertsAPartThatHasItsOk) {
  auto line = one_part();
  EXPECT_TRUE(line.hand_over(1, true));
  line.station.error = true;
  expect_divert(line, GateCause::station_error);
}

TEST(PlcProgram, OkWithdrawnByNgDiverts) {
  auto line = one_part();
  EXPECT_TRUE(line.hand_over(1, true));
  EXPECT_TRUE(line.hand_over(1, false, Reason::not_recorded));
  expect_divert(line, GateCause::ng);
}

TEST(PlcProgram, OkNeverReplacesNg) {
  auto line = one_part();
  EXPECT_TRUE(line.hand_over(1, false, Reason::defective));
  EXPECT_FALSE(line.hand_over(1, true));
  expect_divert(line, GateCause::ng);
}

TEST(PlcProgram, AResultSaidAgainIsTakenAndChangesNothing) {
  auto line = one_part();
  EXPECT_TRUE(line.hand_over(1, true));
  EXPECT_TRUE(line.hand_over(1, true));
  EXPECT_EQ(line.program.counts().results_taken, 1u);
  EXPECT_EQ(the_record(line).action, GateAction::pass);
}

TEST(PlcProgram, OkAfterTheGateIsRefusedAndChangesNothing) {
  auto config = fast_line(2);
  config.rate = 10;
  auto line = one_part(config);
  line.beats(60);  // part 1 has passed the gate, part 2 is to come
  EXPECT_FALSE(line.hand_over(1, true));
  line.until_finished();
  EXPECT_EQ(line.program.counts().diverted, 2u);
  EXPECT_EQ(line.program.counts().passed, 0u);
}

TEST(PlcProgram, OkIsUsedOnce) {
  auto line = one_part(fast_line(2));
  // ResultsReady stays up with the OK of part 1 while both parts pass the gate.
  line.set_result(1, true, Reason::good);
  line.until_finished();
  ASSERT_EQ(line.records.size(), 2u);
  EXPECT_EQ(line.records[0].action, GateAction::pass);
  EXPECT_EQ(line.records[1].action, GateAction::divert);
  EXPECT_EQ(line.records[1].cause, GateCause::no_result);
}

TEST(PlcProgram, NumberChangedUnderResultsReadyIsNotANewResult) {
  auto line = one_part(fast_line(2));
  line.until_triggered(2);
  line.set_result(1, true, Reason::good);
  line.beat();
  line.set_result(2, true, Reason::good);
  line.beats(3);
  EXPECT_EQ(line.inputs.ack_number, 1u);
  line.until_finished();
  EXPECT_EQ(line.records[1].cause, GateCause::no_result);
}

TEST(PlcProgram, StaleHeartbeatAtTheGateDiverts) {
  auto line = one_part();
  EXPECT_TRUE(line.hand_over(1, true));
  line.alive = false;  // 47 ms before the gate, 30 allowed
  expect_divert(line, GateCause::stale_heartbeat);
}

TEST(PlcProgram, HeartbeatWithinItsTimeoutPasses) {
  auto line = one_part();
  EXPECT_TRUE(line.hand_over(1, true));
  line.beats(20);
  line.alive = false;  // 27 ms before the gate, 30 allowed
  EXPECT_EQ(the_record(line).action, GateAction::pass);
}

TEST(PlcProgram, AStationThatNeverBeatIsStale) {
  auto config = fast_line(1);
  PlcProgram program(config);
  program.start_line();
  PlcOutputs station{.results_ready = true, .result_number = 1, .ok = true, .heartbeat = 77};
  SteadyTime now{};
  while (!program.finished()) program.step(now += Milliseconds(1), station);
  const auto records = program.take_records();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].cause, GateCause::stale_heartbeat);
}

TEST(PlcProgram, OkForAnotherRecipeDiverts) {
  auto config = fast_line(1);
  config.recipe = "cell-a";
  auto line = one_part(config);
  line.station.recipe_active = "cell-b";
  EXPECT_FALSE(line.hand_over(1, true));
  expect_divert(line, GateCause::wrong_recipe);
}

TEST(PlcProgram, OkForTheRightRecipePasses) {
  auto config = fast_line(1);
  config.recipe = "cell-a";
  auto line = one_part(config);
  line.station.recipe_active = "cell-a";
  EXPECT_TRUE(line.hand_over(1, true));
  EXPECT_EQ(the_record(line).action, GateAction::pass);
}

TEST(PlcProgram, HoldsSeveralPartsBeforeTheGateAndTakesResultsInAnyOrder) {
  auto line = one_part(fast_line(5));
  line.until_triggered(5);
  for (const PartNumber number : {3u, 1u, 5u, 2u}) EXPECT_TRUE(line.hand_over(number, number != 2));
  line.until_finished();
  ASSERT_EQ(line.records.size(), 5u);
  const GateCause expected[] = {GateCause::ok, GateCause::ng, GateCause::ok, GateCause::no_result, GateCause::ok};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(line.records[i].part_number, i + 1);
    EXPECT_EQ(line.records[i].cause, expected[i]) << i + 1;
  }
}

TEST(PlcProgram, AckFollowsResultsReady) {
  auto line = one_part();
  EXPECT_FALSE(line.inputs.ack);
  line.set_result(1, true, Reason::good);
  EXPECT_TRUE(line.beat().ack);
  EXPECT_EQ(line.inputs.ack_number, 1u);
  EXPECT_TRUE(line.beat().ack);
  line.station.results_ready = false;
  EXPECT_FALSE(line.beat().ack);
  EXPECT_EQ(line.program.counts().results_taken, 1u);
}

TEST(PlcProgram, NumbersWrapAtTheEndOf32Bits) {
  auto config = fast_line(4);
  config.first_number = 0xFFFFFFFE;
  Line line(config);
  EXPECT_EQ(line.inputs.trigger_number, 0xFFFFFFFDu);
  line.program.start_line();
  line.until_triggered(1);
  for (const PartNumber number : {0xFFFFFFFEu, 0xFFFFFFFFu, 0u}) EXPECT_TRUE(line.hand_over(number, true)) << number;
  line.until_finished();
  ASSERT_EQ(line.records.size(), 4u);
  EXPECT_EQ(line.records[2].part_number, 0u);
  EXPECT_EQ(line.records[2].action, GateAction::pass);
  EXPECT_EQ(line.records[3].part_number, 1u);
  EXPECT_EQ(line.records[3].cause, GateCause::no_result) << "cleared outputs say number 0, which is a part here";
}

TEST(PlcProgram, PartZeroWithoutAResultDiverts) {
  auto config = fast_line(1);
  config.first_number = 0;
  Line line(config);
  line.program.start_line();
  line.station.ok = true;  // with number 0 and no ResultsReady
  expect_divert(line, GateCause::no_result);
}

TEST(PlcProgram, SerialAndRecipeComeWithTheTrigger) {
  auto config = fast_line(2);
  config.serials = {"C-1"};
  config.lot = "L7";
  config.recipe = "cell";
  auto line = one_part(config);
  EXPECT_EQ(line.inputs.serial, "C-1");
  EXPECT_EQ(line.inputs.lot, "L7");
  EXPECT_EQ(line.inputs.recipe, "cell");
  line.until_triggered(2);
  EXPECT_EQ(line.inputs.serial, "");
}

TEST(PlcProgram, ADoubledTriggerCountsTwiceWithOneNumberAndOnePart) {
  auto config = fast_line(3);
  config.doubled = {2};
  auto line = one_part(config);
  line.until_triggered(2);
  EXPECT_EQ(line.inputs.trigger_count, 2);
  line.beats(4);
  EXPECT_EQ(line.inputs.trigger_count, 3);
  EXPECT_EQ(line.inputs.trigger_number, 2u);
  EXPECT_TRUE(line.inputs.trigger);
  line.until_finished();
  EXPECT_EQ(line.program.counts().triggered, 3u);
  EXPECT_EQ(line.records[1].fault, "doubled");
}

TEST(PlcProgram, ALostTriggerIsNeverShownButThePartReachesTheGate) {
  auto config = fast_line(3);
  config.lost = {2};
  auto line = one_part(config);
  for (int i = 0; i < 15; ++i) EXPECT_NE(line.beat().trigger_number, 2u);
  EXPECT_EQ(line.inputs.trigger_number, 1u);
  line.until_triggered(3);
  EXPECT_EQ(line.inputs.trigger_count, 2);
  EXPECT_TRUE(line.hand_over(2, false, Reason::sequence_lost));
  line.until_finished();
  ASSERT_EQ(line.records.size(), 3u);
  EXPECT_EQ(line.records[1].cause, GateCause::ng);
  EXPECT_EQ(line.records[1].fault, "lost");
}

TEST(PlcProgram, ARushedPartFollowsAtOnce) {
  auto config = fast_line(3);
  config.rushed = {2};
  auto line = one_part(config);
  line.until_finished();
  EXPECT_EQ(line.records[1].triggered_at - line.records[0].triggered_at, Milliseconds(2));
  EXPECT_EQ(line.records[2].triggered_at - line.records[1].triggered_at, Milliseconds(10));
  EXPECT_EQ(line.records[1].fault, "rushed");
}

TEST(PlcProgram, ARestartForgetsResultsAndRefusesNewOnesForPartsOnTheBelt) {
  auto line = one_part();
  EXPECT_TRUE(line.hand_over(1, true));
  line.program.restart();
  EXPECT_FALSE(line.hand_over(1, true));
  expect_divert(line, GateCause::plc_restarted);
}

TEST(PlcProgram, PartsAfterARestartPassAgainAndNumbersGoOn) {
  auto config = fast_line(2);
  config.restart_after = {1};
  auto line = one_part(config);
  line.until_triggered(2);
  EXPECT_TRUE(line.hand_over(2, true));
  line.until_finished();
  EXPECT_EQ(line.records[0].cause, GateCause::plc_restarted);
  EXPECT_EQ(line.records[1].cause, GateCause::ok);
}

TEST(PlcProgram, ItsHeartbeatStandsStillWhileFrozen) {
  auto config = fast_line(0);
  config.freeze_after = {1};
  config.freeze = Milliseconds(600);
  auto line = one_part(config);
  HeartbeatWatch watch;
  line.beats(60);
  const auto before = line.inputs.heartbeat;
  line.beats(500);
  EXPECT_EQ(line.inputs.heartbeat, before);
  line.beats(200);
  EXPECT_NE(line.inputs.heartbeat, before);
}

TEST(PlcProgram, StopRequestHoldsTheTriggersAndLetsPartsReachTheGate) {
  auto line = one_part(fast_line(0));
  line.station.stop_request = true;
  line.beats(200);
  EXPECT_EQ(line.program.counts().triggered, 1u);
  EXPECT_EQ(line.records.size(), 1u);
  line.station.stop_request = false;
  line.beats(20);
  EXPECT_GT(line.program.counts().triggered, 1u);
}

TEST(PlcProgram, StopLineEndsTriggersOnly) {
  auto line = one_part(fast_line(0));
  line.program.stop_line();
  line.beats(100);
  EXPECT_EQ(line.program.counts().triggered, 1u);
  EXPECT_EQ(line.records.size(), 1u);
  EXPECT_FALSE(line.inputs.line_running);
}

TEST(PlcProgram, KeepsItsRateOnAverageAndDoesNotBunchAfterAPause) {
  Line line(fast_line(0));
  line.program.start_line();
  line.beats(1000);
  EXPECT_NEAR(line.program.counts().triggered, 100, 1);
  line.now += Milliseconds(200);  // the PLC itself stood still
  const auto before = line.program.counts().triggered;
  line.beats(21);
  EXPECT_LE(line.program.counts().triggered, before + 3);
}

TEST(PlcProgram, CountsAlwaysAddUp) {
  auto line = one_part(fast_line(50));
  while (!line.program.finished()) {
    const auto number = line.inputs.trigger_number;
    if (number % 3 != 0 && number % 7 != 0) line.hand_over(number, number % 3 == 1);
    line.beat();
  }
  const auto& counts = line.program.counts();
  EXPECT_EQ(counts.triggered, 50u);
  EXPECT_EQ(counts.passed + counts.diverted, counts.triggered);
  EXPECT_EQ(line.inputs.gate_pass_count, counts.passed);
  EXPECT_EQ(line.inputs.gate_divert_count, counts.diverted);
  for (const auto& record : line.records)
    EXPECT_EQ(record.action == GateAction::pass, record.part_number % 3 == 1 && record.part_number % 7 != 0);
}

TEST(PlcProgramConfig, NamesTheFieldThatIsOutOfRange) {
  const auto message_of = [](auto change) {
    PlcProgramConfig config;
    change(config);
    const auto valid = validate(config);
    return valid ? std::string() : valid.error().message;
  };
  EXPECT_EQ(message_of([](auto&) {}), "");
  EXPECT_NE(message_of([](auto& c) { c.rate = 0; }).find("rate"), std::string::npos);
  EXPECT_NE(message_of([](auto& c) { c.rate = std::numeric_limits<double>::quiet_NaN(); }).find("rate"),
            std::string::npos);
  EXPECT_NE(message_of([](auto& c) { c.travel = Milliseconds(-1); }).find("travel"), std::string::npos);
  EXPECT_NE(message_of([](auto& c) { c.rate = 1000, c.travel = Milliseconds(11000); }).find("before the gate"),
            std::string::npos);
  EXPECT_NE(message_of([](auto& c) { c.serials = {std::string(33, 'x')}; }).find("serial"), std::string::npos);
  EXPECT_NE(message_of([](auto& c) { c.lot = "Los\n"; }).find("lot"), std::string::npos);
}

TEST(PlcProgram, HearsTheOwnerOnlyWhileItLives) {
  test::Line line(test::fast_line(20));
  line.station.station = {"one", 5, 1};
  line.beats(5);
  line.program.start_line();
  line.until_triggered(1);
  // An earlier process wakes up and says OK; another one of the same epoch, too; and one without an identity.
  for (const StationIdentity& late : {StationIdentity{"one", 4, 9}, StationIdentity{"one", 5, 2}, StationIdentity{}}) {
    const PlcOutputs owner = line.station;
    line.station.station = late;
    line.station.heartbeat = 999;
    line.set_result(line.inputs.trigger_number, true, Reason::good);
    line.alive = false;
    EXPECT_FALSE(line.beat().ack);
    line.alive = true;
    line.station = owner;
    line.beat();
  }
  EXPECT_EQ(line.program.owner(), (StationIdentity{"one", 5, 1}));
  EXPECT_EQ(line.program.ignored_scans(), 3u);
  EXPECT_TRUE(line.hand_over(line.inputs.trigger_number, true));
}

TEST(PlcProgram, ALaterEpochTakesOverAndResultsOfAnotherStationAreNotUsed) {
  test::Line line(test::fast_line(1));
  line.station.station = {"one", 5, 1};
  line.beats(5);
  line.program.start_line();
  line.until_triggered(1);
  EXPECT_TRUE(line.hand_over(1, true));
  line.station.station = {"two", 6, 3};
  line.until_finished();
  EXPECT_EQ(line.program.owner().id, "two");
  ASSERT_EQ(line.records.size(), 1u);
  EXPECT_EQ(line.records[0].action, GateAction::divert);
}

TEST(PlcProgram, TheNextProcessOfTheSameStationKeepsItsOks) {
  test::Line line(test::fast_line(1));
  line.station.station = {"one", 0xFFFFFFFF, 1};
  line.beats(5);
  line.program.start_line();
  line.until_triggered(1);
  EXPECT_TRUE(line.hand_over(1, true));
  line.station.station = {"one", 0, 3};  // the epoch wraps
  line.until_finished();
  ASSERT_EQ(line.records.size(), 1u);
  EXPECT_EQ(line.records[0].action, GateAction::pass);
}

}  // namespace
}  // namespace lineguard::plc
