// Logging to stderr, one line a message: "2026-11-23T15:04:05.678Z warning station: camera lost". Thread-safe.
// Results go to stdout and never through here.
#pragma once

#include <string_view>

namespace lineguard {

enum class LogLevel { debug, info, warning, error, off };

// Process-wide; info by default. The first call of any function here sets up the logger.
void set_log_level(LogLevel level);
void log_debug(std::string_view component, std::string_view message);
void log_info(std::string_view component, std::string_view message);
void log_warning(std::string_view component, std::string_view message);
void log_error(std::string_view component, std::string_view message);

}  // namespace lineguard
