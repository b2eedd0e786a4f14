// The record's tables and their versions, known to this module alone.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <lineguard/record/event.h>
#include <lineguard/store/rows.h>

namespace lineguard::record {

// 1: events only. 2: columns derived from the payload, with indexes. Written as PRAGMA user_version (format 1 has 0
// there) and, for databases without one, in the table `meta`.
inline constexpr std::int64_t kFormat = 2;

inline constexpr const char* kColumns = "sequence, utc, kind, part, payload, previous, hash";

store::Row to_row(const Event& event);
// A row of kColumns. A column of the wrong type (somebody edited the file) comes out empty, and the hash does not
// match.
Event from_row(const store::Row& row);

// What makes the tables of `kFormat` out of those of `from` (0: an empty file).
std::vector<store::Statement> migration(std::int64_t from);

// Errors: corrupt_data (no record), unsupported (a newer format), and those of the database.
Result<std::int64_t> read_format(store::Rows& rows);  // 0: an empty database

// What is in the file and does not belong there, or the other way round, in words: triggers, views, tables, indexes,
// and changed definitions. Empty: as this program makes it.
struct SchemaDifference {
  std::string text;
  bool affects_events = true;  // false: a table or index apart from the events, which changes nothing of them
};
Result<std::vector<SchemaDifference>> compare_schema(store::Rows& rows, std::int64_t format);

// One integer of a query. Errors: corrupt_data where there is none.
Result<std::int64_t> read_integer(store::Rows& rows, const std::string& sql);

}  // namespace lineguard::record
