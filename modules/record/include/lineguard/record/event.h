// Event: one line of the record. Events are only ever appended, and each carries the hash of the one before it, so that
// a changed, removed or inserted event is found by anyone who has the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard::record {

enum class EventKind {
  decided,              // what the station decided for a part; durable before a pass goes out
  revised,              // what the PLC was told instead of the `decided` before it (that became durable too late)
  actuated,             // the output was written and the PLC's Ack was seen
  output_unknown,       // decided, but whether the PLC took the output is not known
  output_resolved,      // what the PLC's counts say of an output that was unknown
  trigger_repeated,     // a number came again: the first decision stands
  numbering_restarted,  // the PLC's numbers jumped too far for a gap: a new count; part: the number before its first
  reviewed,             // a person's truth
  recipe_changed,
  limits_changed,
  release_changed,
  settings_changed,
  picture_deleted,
  station_started,  // part: the PLC's newest number then
  station_stopped,
};
std::string_view to_string(EventKind kind);  // "station_started"

// What is to be recorded. `payload` is a JSON object; it is brought to canonical form (keys sorted, no spaces).
struct Entry {
  EventKind kind = EventKind::decided;
  std::optional<PartNumber> part;
  std::string payload = "{}";
};

// What was recorded. Hashes: 64 hexadecimal digits.
struct Event {
  std::int64_t sequence = 0;  // 1, 2, 3, … without a gap
  std::string utc;            // "2026-11-23T15:04:05.678Z", when it was appended
  std::string kind;           // to_string(EventKind), or a kind of a newer version
  std::optional<PartNumber> part;
  std::string payload;   // canonical JSON object
  std::string previous;  // hash of the event before; 64 zeros for the first
  std::string hash;
};

// The newest event: who knows it knows that nothing before it was changed. Signing it comes later.
struct Head {
  std::int64_t sequence = 0;  // 0: no event yet
  std::string hash = std::string(64, '0');
};

// SHA-256 over "lineguard.event/1", sequence, utc, kind, part ("-" where none), payload and previous, each followed by
// a line break. No field holds a line break, so that two different events never hash the same text.
std::string hash_of(const Event& event);

// The event as one object of `records export` (docs/json.md), without a line break.
std::string to_json(const Event& event);

// Parses, sorts keys, drops spaces. Errors: invalid_argument (not a JSON object).
Result<std::string> canonical_json(std::string_view json);

}  // namespace lineguard::record
