#include <memory>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <lineguard/core/log.h>

namespace lineguard {
namespace {

spdlog::logger& logger() {
  // Leaked on purpose: threads may log while the process ends.
  static auto* instance = [] {
    auto* made = new spdlog::logger("lineguard", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_formatter(
        std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc));
    return made;
  }();
  return *instance;
}

void log(spdlog::level::level_enum level, std::string_view component, std::string_view message) {
  logger().log(level, "{}: {}", component, message);
}

}  // namespace

void set_log_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return logger().set_level(spdlog::level::debug);
    case LogLevel::info:
      return logger().set_level(spdlog::level::info);
    case LogLevel::warning:
      return logger().set_level(spdlog::level::warn);
    case LogLevel::error:
      return logger().set_level(spdlog::level::err);
    case LogLevel::off:
      return logger().set_level(spdlog::level::off);
  }
}

void log_debug(std::string_view component, std::string_view message) {
  log(spdlog::level::debug, component, message);
}
void log_info(std::string_view component, std::string_view message) {
  log(spdlog::level::info, component, message);
}
void log_warning(std::string_view component, std::string_view message) {
  log(spdlog::level::warn, component, message);
}
void log_error(std::string_view component, std::string_view message) {
  log(spdlog::level::err, component, message);
}

}  // namespace lineguard
