// The release that a station runs on, as JSON: in its status and in `station_started`.
#pragma once

#include <nlohmann/json.hpp>

#include <lineguard/station/station_status.h>

namespace lineguard::station {

// null where none is required.
inline nlohmann::json release_json(const ReleaseState& release) {
  if (!release.required) return nullptr;
  return {{"number", release.number},
          {"by", release.by},
          {"at", release.at},
          {"key_name", release.key_name},
          {"problem", release.problem}};
}

}  // namespace lineguard::station
