#include "test_line.h"

#include <gtest/gtest.h>

#include <lineguard/plc/testing/fake_plc.h>

namespace lineguard::plc {
namespace {

// FakePlc with one part triggered and a station that beats.
struct Fixture : testing::Test {
  Fixture() : plc(test::fast_line(1), clock) {
    beats(3);
    plc.start_line();
    beats(1);
  }
  void beats(int n) {
    for (int i = 0; i < n; ++i) {
      clock.advance(Milliseconds(1));
      ++station.heartbeat;
      (void)plc.write_outputs(station);
    }
  }
  void say_ok() {
    station.results_ready = station.ok = true;
    station.result_number = 1;
  }
  GateCause cause() {
    for (int i = 0; i < 200 && !plc.finished(); ++i) beats(1);
    const auto records = plc.take_records();
    EXPECT_EQ(records.size(), 1u);
    return records.empty() ? GateCause::no_result : records[0].cause;
  }
  ManualClock clock;
  FakePlc plc;
  PlcOutputs station;
};
using FakePlcTest = Fixture;

TEST_F(FakePlcTest, RunsThePlcProgram) {
  const auto inputs = plc.read_inputs();
  ASSERT_TRUE(inputs);
  EXPECT_EQ(inputs->trigger_number, 1u);
  say_ok();
  EXPECT_EQ(cause(), GateCause::ok);
  EXPECT_EQ(plc.counts().passed, 1u);
}

TEST_F(FakePlcTest, FailedReadsAreDeviceErrorsAndEnd) {
  plc.fail_reads(2);
  for (int i = 0; i < 2; ++i) {
    const auto read = plc.read_inputs();
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::device_error);
  }
  EXPECT_TRUE(plc.read_inputs());
}

TEST_F(FakePlcTest, OfAFailedWriteThePlcSawNothing) {
  say_ok();
  plc.fail_writes(1000);
  EXPECT_EQ(cause(), GateCause::stale_heartbeat);
}

TEST_F(FakePlcTest, OfAWriteWhoseAnswerIsLostThePlcSawEverything) {
  say_ok();
  plc.fail_writes(1000, true);
  EXPECT_EQ(cause(), GateCause::ok);
}

TEST_F(FakePlcTest, ADroppedAckHidesThatTheResultWasTaken) {
  say_ok();
  plc.drop_acks(true);
  beats(2);
  EXPECT_FALSE(plc.read_inputs()->ack);
  EXPECT_EQ(cause(), GateCause::ok);
}

TEST_F(FakePlcTest, AnOkThatIsUnderwayTooLongDiverts) {
  plc.delay_writes(Milliseconds(20));
  beats(35);
  say_ok();
  EXPECT_EQ(cause(), GateCause::no_result);
}

TEST_F(FakePlcTest, AnOkWrittenAfterTheGateTimeDivertsEvenIfNobodyScanned) {
  clock.advance(Milliseconds(60));
  say_ok();
  ++station.heartbeat;
  (void)plc.write_outputs(station);
  EXPECT_NE(cause(), GateCause::ok);
}

TEST_F(FakePlcTest, ARestartDiverts) {
  say_ok();
  beats(2);
  plc.restart();
  EXPECT_EQ(cause(), GateCause::plc_restarted);
}

}  // namespace
}  // namespace lineguard::plc
