#include <thread>

#include <gtest/gtest.h>

#include <lineguard/core/clock.h>

namespace lineguard {
namespace {

TEST(Clock, FormatsUtcWithMilliseconds) {
  const UtcTime time = UtcTime{} + std::chrono::seconds(1795446245) + std::chrono::milliseconds(678);
  EXPECT_EQ(format_utc(time), "2026-11-23T15:04:05.678Z");
}

TEST(Clock, ManualClockWakesItsSleepers) {
  ManualClock clock;
  const SteadyTime start = clock.now();
  std::thread sleeper([&] { clock.sleep_until(start + Milliseconds(10)); });
  clock.advance(Milliseconds(10));
  sleeper.join();
  EXPECT_EQ(milliseconds_between(start, clock.now()), 10.0);
}

}  // namespace
}  // namespace lineguard
