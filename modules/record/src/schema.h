// The record's table, known to writer and reader alone.
#pragma once

#include <cstdint>
#include <string>

#include <lineguard/record/event.h>
#include <lineguard/store/rows.h>

namespace lineguard::record {

inline constexpr const char* kMakeEvents =
    "CREATE TABLE IF NOT EXISTS events(sequence BIGINT PRIMARY KEY, utc TEXT NOT NULL, kind TEXT NOT NULL, part "
    "BIGINT, "
    "payload TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL)";
inline constexpr const char* kMakePartIndex = "CREATE INDEX IF NOT EXISTS events_by_part ON events(part, sequence)";
inline constexpr const char* kMakeKindIndex = "CREATE INDEX IF NOT EXISTS events_by_kind ON events(kind, sequence)";
inline constexpr const char* kColumns = "sequence, utc, kind, part, payload, previous, hash";

store::Row to_row(const Event& event);
// A row of kColumns. A column of the wrong type (somebody edited the file) comes out empty, and the hash does not
// match.
Event from_row(const store::Row& row);

}  // namespace lineguard::record
