#include <nlohmann/json.hpp>

#include <lineguard/record/event.h>

namespace lineguard::record {

using nlohmann::json;

std::string_view to_string(EventKind kind) {
  switch (kind) {
    case EventKind::decided:
      return "decided";
    case EventKind::revised:
      return "revised";
    case EventKind::actuated:
      return "actuated";
    case EventKind::output_unknown:
      return "output_unknown";
    case EventKind::output_resolved:
      return "output_resolved";
    case EventKind::trigger_repeated:
      return "trigger_repeated";
    case EventKind::numbering_restarted:
      return "numbering_restarted";
    case EventKind::reviewed:
      return "reviewed";
    case EventKind::recipe_changed:
      return "recipe_changed";
    case EventKind::limits_changed:
      return "limits_changed";
    case EventKind::release_changed:
      return "release_changed";
    case EventKind::settings_changed:
      return "settings_changed";
    case EventKind::picture_deleted:
      return "picture_deleted";
    case EventKind::station_started:
      return "station_started";
    case EventKind::station_stopped:
      return "station_stopped";
  }
  return "unknown";
}

std::string to_json(const Event& event) {
  json object = {
      {"schema", "lineguard.event/1"}, {"sequence", event.sequence}, {"utc", event.utc}, {"kind", event.kind},
      {"previous", event.previous},    {"hash", event.hash}};
  if (event.part) object["part"] = *event.part;
  json payload = json::parse(event.payload, nullptr, false);
  object["payload"] = payload.is_discarded() ? json(event.payload) : std::move(payload);
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<std::string> canonical_json(std::string_view text) {
  const json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object()) {
    return make_error(ErrorCode::invalid_argument, "an event's payload must be a JSON object");
  }
  return parsed.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace lineguard::record
