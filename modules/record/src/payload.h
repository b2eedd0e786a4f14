// Payloads as JSON: the one place where a payload's text is parsed, with its limits.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <lineguard/core/result.h>

namespace lineguard::record {

// Errors: too_large (limits::kRecordJson), invalid_argument (no JSON object, or a key stands twice in one object: two
// readers could see different values).
Result<nlohmann::json> parse_payload(std::string_view text);

// Keys sorted, no spaces; bytes that are no UTF-8 are replaced.
std::string payload_text(const nlohmann::json& payload);

}  // namespace lineguard::record
