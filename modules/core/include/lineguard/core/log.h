// Logging to stderr, one line a message: "2026-11-23T15:04:05.678Z warning station: camera lost". Thread-safe.
// Results go to stdout and never through here. Who logs never waits for who reads: see line_writer.h.
#pragma once

#include <string_view>

#include <lineguard/core/clock.h>

namespace lineguard {

void log_info(std::string_view component, std::string_view message);
void log_warning(std::string_view component, std::string_view message);
void log_error(std::string_view component, std::string_view message);
// Waits until what was logged is written, at most for `limit`: before a process ends by other ways than exit().
bool flush_log(Milliseconds limit);

}  // namespace lineguard
