#include "payload.h"

#include <set>
#include <vector>

#include <fmt/format.h>

#include <lineguard/core/json_limits.h>

namespace lineguard::record {
namespace {

using nlohmann::json;

// Notes a key that stands twice in the object that is being parsed.
class DuplicateKeys {
 public:
  bool operator()(json::parse_event_t event, const json& value) {
    if (event == json::parse_event_t::object_start) {
      open_.emplace_back();
    } else if (event == json::parse_event_t::object_end) {
      open_.pop_back();
    } else if (event == json::parse_event_t::key) {
      const auto& key = value.get_ref<const std::string&>();
      if (!open_.back().insert(key).second && found_.empty()) found_ = key.empty() ? "(empty)" : key;
    }
    return true;
  }
  const std::string& found() const { return found_; }

 private:
  std::vector<std::set<std::string>> open_;
  std::string found_;
};

}  // namespace

Result<json> parse_payload(std::string_view text) {
  LINEGUARD_TRY(check_json_limits(text, limits::kRecordJson));
  DuplicateKeys duplicates;
  json parsed = json::parse(
      text, [&](int /*depth*/, json::parse_event_t event, json& value) { return duplicates(event, value); }, false);
  if (!parsed.is_object()) {
    return make_error(ErrorCode::invalid_argument, "an event's payload must be a JSON object");
  }
  if (!duplicates.found().empty()) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("the key \"{}\" stands twice in an event's payload", duplicates.found()));
  }
  return parsed;
}

std::string payload_text(const json& payload) {
  return payload.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace lineguard::record
