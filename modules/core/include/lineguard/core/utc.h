// Reading a time back from a record or a message; format_utc of clock.h writes it.
#pragma once

#include <optional>
#include <string_view>

#include <lineguard/core/clock.h>

namespace lineguard {

// Exactly the form of format_utc, "2026-11-23T15:04:05.678Z", and a date that exists; else none.
std::optional<UtcTime> parse_utc(std::string_view text);

}  // namespace lineguard
