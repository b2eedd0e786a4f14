#include "records/time_option.h"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

namespace lineguard::app {
namespace {

// In a zone whose clock is put forward and back: central Europe, by a rule that needs no files.
class TimeOption : public testing::Test {
 protected:
  TimeOption() {
    ::setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    ::tzset();
  }
  ~TimeOption() override {
    ::unsetenv("TZ");
    ::tzset();
  }
  static std::string first(const std::string& text) { return read(text, Bound::first); }
  static std::string last(const std::string& text) { return read(text, Bound::last); }
  static std::string read(const std::string& text, Bound bound) {
    const UtcTime now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + std::chrono::hours(23);
    const auto time = parse_time_option("--since", text, bound, now);
    return time ? format_utc(*time) : time.error().message;
  }
};

TEST_F(TimeOption, OfThisMachineOrOfTheZoneThatIsNamed) {
  EXPECT_EQ(first("2026-11-23 15:04"), "2026-11-23T14:04:00.000Z");
  EXPECT_EQ(first("2026-07-23T15:04:05"), "2026-07-23T13:04:05.000Z");
  EXPECT_EQ(first("2026-11-23T15:04:05.678Z"), "2026-11-23T15:04:05.678Z");
  EXPECT_EQ(first("2026-11-23 15:04 -05:30"), "2026-11-23T20:34:00.000Z");
  EXPECT_EQ(first("15:04"), "2026-11-24T14:04:00.000Z") << "it is the 24th here already";
}

TEST_F(TimeOption, UntilIsTheEndOfWhatIsNamed) {
  EXPECT_EQ(last("2026-11-23"), "2026-11-23T22:59:59.999Z");
  EXPECT_EQ(last("2026-11-23 15:04"), "2026-11-23T14:04:59.999Z");
  EXPECT_EQ(last("2026-11-23 15:04:05"), "2026-11-23T14:04:05.999Z");
  EXPECT_EQ(last("2026-11-23 15:04:05.6"), "2026-11-23T14:04:05.600Z");
  EXPECT_EQ(last("2026-10-25"), "2026-10-25T22:59:59.999Z") << "a day of 25 hours";
}

TEST_F(TimeOption, WhereTheClockIsPutForwardOrBack) {
  EXPECT_EQ(first("2026-10-25 02:30"), "2026-10-25T00:30:00.000Z");
  EXPECT_EQ(last("2026-10-25 02:30"), "2026-10-25T01:30:59.999Z");
  EXPECT_NE(first("2026-03-29 02:30").find("did not exist"), std::string::npos);
}

TEST_F(TimeOption, WhatIsNoTimeIsToldWhatIs) {
  for (const char* text :
       {"now", "2026-13-01", "2026-02-30", "2026-11-23 24:00", "25:00", "2026-11-23x", "Z", "15:04Z"})
    EXPECT_NE(first(text).find("is no time; allowed: 2026-11-23"), std::string::npos) << text << ": " << first(text);
}

TEST_F(TimeOption, ShowsLocalTime) {
  const UtcTime time = std::chrono::sys_days(std::chrono::year(2026) / 7 / 1) + Milliseconds(5);
  EXPECT_EQ(local_time_text(time), "2026-07-01 02:00:00.005 +02:00");
}

}  // namespace
}  // namespace lineguard::app
