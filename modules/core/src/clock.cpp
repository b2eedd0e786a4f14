#include <thread>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <lineguard/core/clock.h>

namespace lineguard {
namespace {

class SystemClock final : public Clock {
 public:
  SteadyTime now() const override { return std::chrono::steady_clock::now(); }
  UtcTime utc_now() const override { return std::chrono::system_clock::now(); }
  void sleep_until(SteadyTime time) override { std::this_thread::sleep_until(time); }
};

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

ManualClock::ManualClock(UtcTime start) : start_(start) {}

SteadyTime ManualClock::now() const {
  std::lock_guard lock(mutex_);
  return SteadyTime{elapsed_};
}

UtcTime ManualClock::utc_now() const {
  std::lock_guard lock(mutex_);
  return start_ + std::chrono::duration_cast<UtcTime::duration>(elapsed_);
}

void ManualClock::sleep_until(SteadyTime time) {
  std::unique_lock lock(mutex_);
  advanced_.wait(lock, [&] { return SteadyTime{elapsed_} >= time; });
}

void ManualClock::advance(std::chrono::nanoseconds by) {
  {
    std::lock_guard lock(mutex_);
    elapsed_ += by;
  }
  advanced_.notify_all();
}

std::string format_utc(UtcTime time) {
  const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  const std::time_t whole = seconds.count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(whole), (since_epoch - seconds).count());
}

double milliseconds_between(SteadyTime from, SteadyTime to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

}  // namespace lineguard
