#include "payload.h"

#include <lineguard/record/event.h>

namespace lineguard::record {

using nlohmann::json;

std::string to_json(const Event& event) {
  json object = {
      {"schema", "lineguard.event/1"}, {"sequence", event.sequence}, {"utc", event.utc}, {"kind", event.kind},
      {"previous", event.previous},    {"hash", event.hash}};
  if (event.part) object["part"] = *event.part;
  auto payload = parse_payload(event.payload);
  object["payload"] = payload ? std::move(*payload) : json(event.payload);
  return payload_text(object);
}

Result<std::string> canonical_json(std::string_view text) {
  LINEGUARD_ASSIGN(const json parsed, parse_payload(text));
  return payload_text(parsed);
}

}  // namespace lineguard::record
