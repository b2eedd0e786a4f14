#include <string>

#include <systemd/sd-daemon.h>

#include <lineguard/core/supervisor.h>

namespace lineguard::supervisor {
namespace {

// One line: a line break would begin another field.
std::string status_line(std::string_view status) {
  std::string line = "STATUS=";
  for (const char c : status) line += c == '\n' ? ' ' : c;
  return line;
}

}  // namespace

void report_ready(std::string_view status) {
  sd_notify(0, ("READY=1\n" + status_line(status)).c_str());
}

void report_status(std::string_view status) {
  sd_notify(0, status_line(status).c_str());
}

void report_stopping() {
  sd_notify(0, "STOPPING=1");
}

Watchdog::Watchdog(Clock& clock) : clock_(clock) {
  std::uint64_t patience_us = 0;
  if (sd_watchdog_enabled(0, &patience_us) > 0) interval_ = std::chrono::microseconds(patience_us / 3);
}

void Watchdog::report_alive() {
  if (interval_.count() == 0 || clock_.now() < next_) return;
  next_ = clock_.now() + interval_;
  sd_notify(0, "WATCHDOG=1");
}

}  // namespace lineguard::supervisor
