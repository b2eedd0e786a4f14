#include "schema.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

namespace lineguard::record {
namespace {

constexpr std::string_view kEvents =
    "events(sequence BIGINT PRIMARY KEY, utc TEXT NOT NULL, kind TEXT NOT NULL, part BIGINT, "
    "payload TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL";

// Columns that the database derives from what is hashed, so that they can't say anything else: their values are not
// stored, those of the indexes are. A payload that is no JSON gives none.
std::string of_payload(const char* column, const char* type, const char* field) {
  return fmt::format(
      "{} {} GENERATED ALWAYS AS (CASE WHEN json_valid(payload) THEN json_extract(payload, '$.{}') END) VIRTUAL",
      column, type, field);
}

std::vector<std::string> derived_columns() {
  return {
      "utc_ms INTEGER GENERATED ALWAYS AS (CAST(strftime('%s', substr(utc, 1, 19)) AS INTEGER) * 1000 + "
      "CAST(substr(utc, 21, 3) AS INTEGER)) VIRTUAL",
      of_payload("outcome", "TEXT", "outcome"),
      of_payload("reason", "TEXT", "reason"),
      of_payload("serial", "TEXT", "serial"),
      of_payload("lot", "TEXT", "lot"),
      of_payload("recipe", "TEXT", "recipe"),
      of_payload("first_part", "INTEGER", "first"),
      of_payload("last_part", "INTEGER", "last")};
}

struct Named {
  const char* name;
  const char* definition;
};
constexpr auto kFirstIndexes =
    std::to_array<Named>({{"events_by_part", "events(part, sequence)"}, {"events_by_kind", "events(kind, sequence)"}});
constexpr auto kDerivedIndexes = std::to_array<Named>({
    {"events_by_time", "events(utc_ms, sequence)"},
    {"events_by_reason", "events(reason, sequence) WHERE reason IS NOT NULL"},
    {"events_by_serial", "events(serial, sequence) WHERE serial IS NOT NULL"},
    {"events_by_lot", "events(lot, sequence) WHERE lot IS NOT NULL"},
    {"events_by_recipe", "events(recipe, sequence) WHERE recipe IS NOT NULL"},
    {"events_by_range", "events(first_part, last_part, sequence) WHERE first_part IS NOT NULL"},
});
constexpr const char* kMeta = "meta(key TEXT PRIMARY KEY, value TEXT NOT NULL)";

// name -> text as the database keeps it.
std::map<std::string, std::string> expected_schema(std::int64_t format) {
  std::map<std::string, std::string> schema;
  std::string events = fmt::format("CREATE TABLE {}", kEvents);
  const auto add_indexes = [&](const auto& indexes) {
    for (const Named& index : indexes)
      schema[index.name] = fmt::format("CREATE INDEX {} ON {}", index.name, index.definition);
  };
  add_indexes(kFirstIndexes);
  if (format >= 2) {
    for (const std::string& column : derived_columns()) events += ", " + column;
    add_indexes(kDerivedIndexes);
    schema["meta"] = fmt::format("CREATE TABLE {}", kMeta);
  }
  schema["events"] = events + ")";
  return schema;
}

std::string text_of(const store::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? *text : std::string();
}

}  // namespace

std::vector<store::Statement> migration(std::int64_t from) {
  std::vector<store::Statement> statements;
  const auto add = [&](std::string sql) { statements.push_back({std::move(sql), {}}); };
  const auto add_indexes = [&](const auto& indexes) {
    for (const Named& index : indexes) add(fmt::format("CREATE INDEX {} ON {}", index.name, index.definition));
  };
  if (from < 1) {
    add(fmt::format("CREATE TABLE {})", kEvents));
    add_indexes(kFirstIndexes);
  }
  if (from < 2) {
    for (const std::string& column : derived_columns()) add("ALTER TABLE events ADD COLUMN " + column);
    add_indexes(kDerivedIndexes);
    add(fmt::format("CREATE TABLE {}", kMeta));
    add(fmt::format("INSERT INTO meta(key, value) VALUES('format', '{}')", kFormat));
    add(fmt::format("PRAGMA user_version = {}", kFormat));
  }
  return statements;
}

Result<std::int64_t> read_integer(store::Rows& rows, const std::string& sql) {
  std::optional<std::int64_t> found;
  LINEGUARD_TRY(rows.query({sql, {}}, [&](const store::Row& row) {
    if (const auto* integer = std::get_if<std::int64_t>(&row.at(0))) found = *integer;
    return false;
  }));
  if (!found) return make_error(ErrorCode::corrupt_data, "no number where the record has one: " + sql);
  return *found;
}

Result<std::int64_t> read_format(store::Rows& rows) {
  LINEGUARD_ASSIGN(const std::int64_t version, read_integer(rows, "PRAGMA user_version"));
  if (version > kFormat)
    return make_error(
        ErrorCode::unsupported,
        fmt::format("the record's format {} is newer than this program's, which is {}", version, kFormat));
  LINEGUARD_ASSIGN(const std::int64_t objects, read_integer(rows, "SELECT count(*) FROM sqlite_master"));
  if (objects == 0 && version == 0) return 0;
  if (auto probed =
          rows.query({fmt::format("SELECT {} FROM events LIMIT 1", kColumns), {}}, [](const auto&) { return true; });
      !probed)
    return make_error(ErrorCode::corrupt_data, "not a record of events");
  if (version == 0) return 1;
  if (version != kFormat)
    return make_error(ErrorCode::corrupt_data, fmt::format("there is no format {} of a record", version));
  return version;
}

Result<std::vector<SchemaDifference>> compare_schema(store::Rows& rows, std::int64_t format) {
  std::vector<SchemaDifference> differences;
  auto expected = expected_schema(format);
  const auto on_object = [&](const store::Row& row) {
    const std::string type = text_of(row.at(0)), name = text_of(row.at(1)), table = text_of(row.at(2)),
                      sql = text_of(row.at(3));
    const auto known = expected.find(name);
    if (known == expected.end()) {
      const bool made_by_database = type == "index" && sql.empty() && name.starts_with("sqlite_autoindex_");
      const bool affects = type == "trigger" || type == "view" || table == "events";
      if (!made_by_database)
        differences.push_back({fmt::format("the {} \"{}\" does not belong there", type, name), affects});
    } else {
      if (sql != known->second)
        differences.push_back({fmt::format("the {} \"{}\" was changed: {}", type, name, sql), name != "meta"});
      expected.erase(known);
    }
    return differences.size() < 100;
  };
  LINEGUARD_TRY(
      rows.query({"SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type DESC, name", {}}, on_object));
  for (const auto& [name, sql] : expected)
    differences.push_back({fmt::format("\"{}\" is missing", name), name != "meta"});
  return differences;
}

}  // namespace lineguard::record
