// What a service tells the supervisor that started it (systemd's notify protocol, sd_notify(3)). Without one every call
// does nothing. Thread-safe.
#pragma once

#include <string_view>

#include <lineguard/core/clock.h>

namespace lineguard::supervisor {

// The service is up: READY=1, with one line of status for `systemctl status`.
void report_ready(std::string_view status);
// One line of status for people.
void report_status(std::string_view status);
// An ordered stop has begun.
void report_stopping();

// Says that the calling loop lives. Call it from the loop whose hanging must end the program, as often as you like: it
// speaks at most every third of the supervisor's patience (WATCHDOG_USEC). Not thread-safe: one loop owns one.
class Watchdog {
 public:
  // `clock` must outlive it.
  explicit Watchdog(Clock& clock);
  void report_alive();
  bool watched() const { return interval_.count() > 0; }  // by somebody

 private:
  Clock& clock_;
  std::chrono::microseconds interval_{0};  // 0: nobody watches
  SteadyTime next_{};
};

}  // namespace lineguard::supervisor
