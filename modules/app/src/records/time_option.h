// Times as people write them on the command line.
#pragma once

#include <string>

#include <lineguard/core/clock.h>
#include <lineguard/core/result.h>

namespace lineguard::app {

// Which instant of what is meant: "2026-11-23" is a whole day, "15:04" a whole minute.
enum class Bound { first, last };

// "2026-11-23", "2026-11-23 15:04", "…15:04:05", "…15:04:05.678", with a blank or a T between: of this machine's time
// zone, or of the one that follows, "Z" or "+01:00". "15:04" alone is today's. Where a clock that is put back shows a
// time twice, both are within. Errors: invalid_argument naming `option` and what is allowed.
Result<UtcTime> parse_time_option(const std::string& option, const std::string& text, Bound bound,
                                  UtcTime now = system_clock().utc_now());

// "2026-11-23 15:04:05.678 +01:00" of this machine's time zone.
std::string local_time_text(UtcTime time);

}  // namespace lineguard::app
