#include <gtest/gtest.h>

#include <lineguard/station/plc_dialogue.h>

namespace lineguard::station {
namespace {

// A dialogue with a begun cycle whose parts are decided at once: they are triggered beyond its capacity, so `busy`.
class PlcDialogueTest : public testing::Test {
 protected:
  PlcDialogueTest() {
    settings_.recipe.id = "cells";
    settings_.max_in_flight = 1;
    cycle_ = std::make_unique<InspectionCycle>(settings_, clock_);
    dialogue_ = std::make_unique<PlcDialogue>(*cycle_);
    inputs_.trigger_count = 65534;
    inputs_.trigger_number = 10;
    cycle_->begin({}, position_of(inputs_), std::nullopt, "{}");
    read();
  }
  void read() { dialogue_->on_inputs(inputs_); }
  plc::PlcOutputs write() {
    dialogue_->advance(clock_.now());
    return dialogue_->outputs();
  }
  void trigger(PartNumber part, std::uint16_t times = 1) {
    inputs_.trigger_number = part;
    inputs_.trigger_count = static_cast<std::uint16_t>(inputs_.trigger_count + times);
    read();
  }
  void acknowledge(PartNumber part) {
    inputs_.ack = inputs_.result_taken = true;
    inputs_.ack_number = part;
    read();
  }
  void end_ack() {
    inputs_.ack = inputs_.result_taken = false;
    read();
  }
  const CycleCounters& counters() const { return cycle_->counters(); }
  ManualClock clock_;
  CycleSettings settings_;
  std::unique_ptr<InspectionCycle> cycle_;
  std::unique_ptr<PlcDialogue> dialogue_;
  plc::PlcInputs inputs_;
};

TEST_F(PlcDialogueTest, TheFirstSnapshotIsNoTrigger) {
  EXPECT_FALSE(cycle_->busy());
  EXPECT_EQ(counters().parts(), 0u);
  EXPECT_TRUE(write().ready);
}

TEST_F(PlcDialogueTest, GoesByTheCountAlsoAcrossItsWrap) {
  trigger(11);
  trigger(12);
  read();
  read();
  EXPECT_EQ(counters().because(Reason::busy), 1u) << "part 12 came while 11 was inspected; nothing else happened";
  EXPECT_EQ(counters().repeated_triggers, 0u);
}

TEST_F(PlcDialogueTest, TheSameNumberAgainIsARepetition) {
  trigger(11);
  trigger(11);
  EXPECT_EQ(counters().repeated_triggers, 1u);
  trigger(12, 2);
  EXPECT_EQ(counters().repeated_triggers, 2u) << "doubled between two polls";
}

TEST_F(PlcDialogueTest, SkippedNumbersAreLost) {
  trigger(14);
  EXPECT_EQ(counters().because(Reason::sequence_lost), 3u);
}

TEST_F(PlcDialogueTest, AResultFollowsTheFourPhases) {
  trigger(11);
  trigger(12);
  clock_.advance(settings_.recipe.deadline);
  cycle_->on_tick();  // 11 is late, so that 11 and 12 (busy) are both due
  write();            // ResultsReady low once after the start
  read();
  plc::PlcOutputs outputs = write();
  EXPECT_TRUE(outputs.results_ready);
  EXPECT_EQ(outputs.result_number, 11u);
  EXPECT_TRUE(outputs.ng);
  EXPECT_FALSE(outputs.ok);
  EXPECT_EQ(outputs.reason, Reason::late);

  acknowledge(11);
  EXPECT_FALSE(write().results_ready) << "low until Ack is low";
  read();
  EXPECT_FALSE(write().results_ready);
  EXPECT_EQ(counters().outputs_confirmed, 1u);
  end_ack();
  outputs = write();
  EXPECT_TRUE(outputs.results_ready);
  EXPECT_EQ(outputs.result_number, 12u);
  EXPECT_EQ(outputs.reason, Reason::busy);
}

TEST_F(PlcDialogueTest, AnAckForAnotherPartConfirmsNothing) {
  trigger(11);
  clock_.advance(settings_.recipe.deadline);
  cycle_->on_tick();
  write();
  read();
  EXPECT_TRUE(write().results_ready);
  acknowledge(7);
  EXPECT_EQ(counters().outputs_confirmed, 0u);
  EXPECT_FALSE(write().results_ready) << "the PLC waits for that";
  end_ack();
  EXPECT_EQ(write().result_number, 11u) << "and is told again";
}

TEST_F(PlcDialogueTest, AfterAnErrorOutputsAreSafeAndTheGapIsLost) {
  trigger(11);
  dialogue_->on_error(make_error(ErrorCode::device_error, "no answer"));
  EXPECT_FALSE(dialogue_->linked());
  EXPECT_FALSE(write().ready);
  EXPECT_FALSE(write().results_ready);
  inputs_.trigger_number = 13;
  inputs_.trigger_count = 3;
  read();
  EXPECT_EQ(counters().because(Reason::sequence_lost), 2u);
  EXPECT_TRUE(write().ready);
}

TEST_F(PlcDialogueTest, APlcThatStartsAnewIsNoTrigger) {
  inputs_.trigger_count = 0;
  inputs_.trigger_number = 5000;
  dialogue_->on_inputs(inputs_);
  EXPECT_EQ(counters().parts(), 0u);
  EXPECT_EQ(counters().numbering_restarts, 1u);
  trigger(5001);
  EXPECT_TRUE(cycle_->busy());
}

TEST_F(PlcDialogueTest, ACountOfTriggersThatWrappedWhollyIsNoStandstill) {
  trigger(11);
  inputs_.trigger_number += 65536;  // as many triggers, while nobody looked
  inputs_.gate_divert_count += 65536;
  read();
  EXPECT_EQ(counters().because(Reason::sequence_lost), 65536u);
  EXPECT_EQ(counters().numbering_restarts, 0u);
}

TEST_F(PlcDialogueTest, WhatIsToBeWrittenIsLookedAtWithoutChangingIt) {
  const plc::PlcOutputs first = write();
  EXPECT_EQ(dialogue_->outputs(), first);
  EXPECT_EQ(dialogue_->outputs(), first);
}

TEST_F(PlcDialogueTest, TheHeartbeatChangesAtLeastEvery100Ms) {
  std::uint16_t beat = write().heartbeat;
  for (int i = 0; i < 20; ++i) {
    clock_.advance(Milliseconds(100));
    const std::uint16_t next = write().heartbeat;
    EXPECT_NE(next, beat);
    beat = next;
  }
}

}  // namespace
}  // namespace lineguard::station
