// Event: one line of the record. Events are only ever appended, and each carries the hash of the one before it, so that
// a changed, removed or inserted event is found by anyone who has the file.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <lineguard/core/enum_names.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard::record {

// Every kind is written by somebody; a reader takes kinds of newer versions, too (Event::kind is text).
enum class EventKind {
  decided,              // what the station decided for a part; durable before a pass goes out
  decided_range,        // one decision for a run of numbers, as after an outage; payload: first, last, outcome, reason
  revised,              // what the PLC was told instead of the `decided` before it (that became durable too late)
  actuated,             // the output was written and the PLC's Ack was seen
  output_unknown,       // decided, but whether the PLC took the output is not known
  output_resolved,      // what the PLC's counts say of an output that was unknown
  gate_differs,         // the gate did something else than what was recorded; names the parts or bounds them
  trigger_repeated,     // a number came again: the first decision stands
  numbering_restarted,  // the PLC's numbers jumped too far for a gap: a new count; part: the number before its first
  events_missing,       // an anchor names an event that this file does not hold; payload: anchored, found
  anchored,             // everything before it, signed with the station's key (anchor.h)
  station_started,      // part: the PLC's newest number then
  station_stopped,
  station_taken_over,  // this station took the PLC from another one
  pictures_deleted,    // kept pictures made room for newer ones, or their time was over; payload: because, files
};
inline constexpr auto kEventKindNames = std::to_array<EnumName<EventKind>>({
    {EventKind::decided, "decided"},
    {EventKind::decided_range, "decided_range"},
    {EventKind::revised, "revised"},
    {EventKind::actuated, "actuated"},
    {EventKind::output_unknown, "output_unknown"},
    {EventKind::output_resolved, "output_resolved"},
    {EventKind::gate_differs, "gate_differs"},
    {EventKind::trigger_repeated, "trigger_repeated"},
    {EventKind::numbering_restarted, "numbering_restarted"},
    {EventKind::events_missing, "events_missing"},
    {EventKind::anchored, "anchored"},
    {EventKind::station_started, "station_started"},
    {EventKind::station_stopped, "station_stopped"},
    {EventKind::station_taken_over, "station_taken_over"},
    {EventKind::pictures_deleted, "pictures_deleted"},
});
static_assert(names_every_value(kEventKindNames));
constexpr std::string_view to_string(EventKind kind) {
  return name_of(kEventKindNames, kind);
}

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

inline bool is(const Event& event, EventKind kind) {
  return event.kind == to_string(kind);
}

// The newest event: who knows it knows that nothing before it was changed.
struct Head {
  std::int64_t sequence = 0;  // 0: no event yet
  std::string hash = std::string(64, '0');
  bool operator==(const Head&) const = default;
};

// SHA-256 over "lineguard.event/1", sequence, utc, kind, part ("-" where none), payload and previous, each followed by
// a line break. No field holds a line break, so that two different events never hash the same text.
std::string hash_of(const Event& event);

// The event as one object of `records export` (docs/json.md), without a line break.
std::string to_json(const Event& event);

// Parses, sorts keys, drops spaces. Errors: invalid_argument (not a JSON object, or a key stands twice), too_large
// (beyond limits::kRecordJson).
Result<std::string> canonical_json(std::string_view json);

}  // namespace lineguard::record
