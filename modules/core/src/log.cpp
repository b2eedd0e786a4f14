#include <atomic>

#include <fmt/format.h>

#include <lineguard/core/line_writer.h>
#include <lineguard/core/log.h>

namespace lineguard {
namespace {

std::atomic<LogLevel> lowest_level = LogLevel::info;

void log(LogLevel level, std::string_view name, std::string_view component, std::string_view message) {
  if (level < lowest_level.load()) return;
  standard_error_lines().write(
      fmt::format("{} {} {}: {}", format_utc(system_clock().utc_now()), name, component, message));
}

}  // namespace

void set_log_level(LogLevel level) {
  lowest_level = level;
}

bool flush_log(Milliseconds limit) {
  return standard_error_lines().flush(limit);
}

void log_debug(std::string_view component, std::string_view message) {
  log(LogLevel::debug, "debug", component, message);
}
void log_info(std::string_view component, std::string_view message) {
  log(LogLevel::info, "info", component, message);
}
void log_warning(std::string_view component, std::string_view message) {
  log(LogLevel::warning, "warning", component, message);
}
void log_error(std::string_view component, std::string_view message) {
  log(LogLevel::error, "error", component, message);
}

}  // namespace lineguard
