// Time comes from here, so that tests control it. Steady time measures durations and deadlines and never jumps;
// UTC time is for records and people only.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>

namespace lineguard {

using SteadyTime = std::chrono::steady_clock::time_point;
using UtcTime = std::chrono::system_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime now() const = 0;
  virtual UtcTime utc_now() const = 0;
  // Returns at `time` or later; at once where it has passed.
  virtual void sleep_until(SteadyTime time) = 0;
};

// The machine's clocks. One shared instance, never destroyed.
Clock& system_clock();

// Stands still until advance(); sleepers wake when their time has come.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(UtcTime start = UtcTime{});
  SteadyTime now() const override;
  UtcTime utc_now() const override;
  void sleep_until(SteadyTime time) override;
  void advance(std::chrono::nanoseconds by);

 private:
  mutable std::mutex mutex_;
  std::condition_variable advanced_;
  std::chrono::nanoseconds elapsed_{0};
  UtcTime start_;
};

// "2026-11-23T15:04:05.678Z"
std::string format_utc(UtcTime time);

// Milliseconds between two instants, with fractions.
double milliseconds_between(SteadyTime from, SteadyTime to);

}  // namespace lineguard
