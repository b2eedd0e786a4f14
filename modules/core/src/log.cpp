#include <fmt/format.h>

#include <lineguard/core/line_writer.h>
#include <lineguard/core/log.h>

namespace lineguard {
namespace {

void log(std::string_view level, std::string_view component, std::string_view message) {
  standard_error_lines().write(
      fmt::format("{} {} {}: {}", format_utc(system_clock().utc_now()), level, component, message));
}

}  // namespace

bool flush_log(Milliseconds limit) {
  return standard_error_lines().flush(limit);
}

void log_info(std::string_view component, std::string_view message) {
  log("info", component, message);
}
void log_warning(std::string_view component, std::string_view message) {
  log("warning", component, message);
}
void log_error(std::string_view component, std::string_view message) {
  log("error", component, message);
}

}  // namespace lineguard
