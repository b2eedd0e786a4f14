#include "record_file.h"

#include <functional>
#include <utility>

#include <fmt/format.h>

#include <lineguard/core/log.h>

namespace lineguard::record {
namespace {

constexpr std::int64_t kTail = 1000;  // events whose chain is checked when somebody else changed the file

Result<std::optional<Event>> read_one(store::Rows& rows, const store::Statement& select) {
  std::optional<Event> found;
  LINEGUARD_TRY(rows.query(select, [&](const store::Row& row) {
    found = from_row(row);
    return false;
  }));
  return found;
}

store::Statement select_event(std::int64_t sequence) {
  return {fmt::format("SELECT {} FROM events WHERE sequence = $1", kColumns), {sequence}};
}

bool is_same(const Event& a, const Event& b) {
  return a.sequence == b.sequence && a.utc == b.utc && a.kind == b.kind && a.part == b.part && a.payload == b.payload &&
         a.previous == b.previous && a.hash == b.hash;
}

Error changed_event(std::int64_t sequence) {
  return make_error(ErrorCode::corrupt_data,
                    fmt::format("event {} does not match its hash; move the file away and ask who changed it "
                                "(lineguard records verify)",
                                sequence));
}

// The newest events, back to kTail of them: each matches its hash and follows from the one before.
Result<void> check_tail(store::Rows& rows) {
  std::optional<Event> newer;
  std::optional<Error> broken;
  const store::Statement select{fmt::format("SELECT {} FROM events ORDER BY sequence DESC LIMIT {}", kColumns, kTail),
                                {}};
  LINEGUARD_TRY(rows.query(select, [&](const store::Row& row) {
    Event event = from_row(row);
    if (hash_of(event) != event.hash) broken = changed_event(event.sequence);
    if (newer && (newer->sequence != event.sequence + 1 || newer->previous != event.hash))
      broken = make_error(ErrorCode::corrupt_data,
                          fmt::format("event {} does not follow from the one before it", newer->sequence));
    newer = std::move(event);
    return !broken;
  }));
  if (broken) return *broken;
  return {};
}

}  // namespace

RecordFile::RecordFile(std::filesystem::path file, std::uint64_t reserve_bytes, std::string holder)
    : file_(std::move(file)), reserve_bytes_(reserve_bytes), holder_(std::move(holder)) {}

// ---- open

Result<void> RecordFile::open() {
  LINEGUARD_TRY(connect(false));
  if (auto prepared = prepare(); !prepared) {
    rows_.reset();
    return prepared.error().in(file_.string());
  }
  return {};
}

Result<void> RecordFile::connect(bool must_exist) {
  store::SqliteOptions options;
  options.reserve_bytes = reserve_bytes_;
  options.sole_writer = true;
  options.holder = holder_;
  options.must_exist = must_exist;
  LINEGUARD_ASSIGN(rows_, store::open_sqlite(file_, options));
  return {};
}

Result<void> RecordFile::prepare() {
  LINEGUARD_ASSIGN(const std::int64_t format, read_format(*rows_));
  made_now_ = format == 0;
  if (format != kFormat) {
    if (format > 0) log_info("record", fmt::format("{}: format {} becomes {}", file_.string(), format, kFormat));
    LINEGUARD_TRY(rows_->write(migration(format)));
  }
  LINEGUARD_TRY(check_schema(*rows_));
  LINEGUARD_TRY(read_head());
  return {};
}

// What the database itself does with events: a trigger or a view could make something else of them.
Result<void> RecordFile::check_schema(store::Rows& rows) {
  LINEGUARD_ASSIGN(const std::int64_t version, read_integer(rows, "PRAGMA schema_version"));
  if (version == schema_version_) return {};
  LINEGUARD_ASSIGN(const std::int64_t format, read_format(rows));
  if (format != kFormat) return make_error(ErrorCode::corrupt_data, "the tables are no longer those of a record");
  LINEGUARD_ASSIGN(const auto differences, compare_schema(rows, kFormat));
  for (const SchemaDifference& difference : differences) {
    if (difference.affects_events) return make_error(ErrorCode::corrupt_data, difference.text);
  }
  schema_version_ = version;
  return {};
}

// ---- in place

Error RecordFile::gone(const Error& why) const {
  return make_error(why.code, fmt::format("the record is not where it should be: {}; put it back, or stop the station "
                                          "and start it again to go on with what is there now",
                                          why.message));
}

Result<void> RecordFile::ensure_in_place(const Head& acknowledged) {
  if (!rows_) return reopen(acknowledged);
  const auto in_place = rows_->check_in_place();
  if (in_place && *in_place) {
    was_away_ = false;
    if (auto checked = check_schema(*rows_); !checked) return checked.error().in(file_.string());
    return {};
  }
  if (in_place) return look_inside(acknowledged);
  // Made read-only: it is still this file.
  if (in_place.error().code == ErrorCode::permission_denied) return gone(in_place.error());
  std::error_code code;
  if (!std::filesystem::is_regular_file(file_, code)) {
    was_away_ = true;
    return gone(in_place.error());
  }
  // What comes after an absence may be the record, put back from a copy. What took the place of a file in use, or of
  // its log, was put there by somebody who may not know of the station: a person has to look.
  if (!was_away_ && in_place.error().code != ErrorCode::unavailable) return gone(in_place.error());
  rows_->abandon();
  rows_.reset();
  return reopen(acknowledged);
}

// Somebody else wrote into the file, or put another content into it.
Result<void> RecordFile::look_inside(const Head& acknowledged) {
  log_error("record", file_.string() + " was changed by another program while the station writes it");
  LINEGUARD_ASSIGN(auto fresh, store::open_sqlite(file_, {.read_only = true}));
  schema_version_ = -1;
  if (auto checked = check_schema(*fresh); !checked) return checked.error().in(file_.string());
  if (auto checked = check_tail(*fresh); !checked) return checked.error().in(file_.string());
  LINEGUARD_ASSIGN(const std::int64_t events, read_integer(*fresh, "SELECT count(*) FROM events"));
  LINEGUARD_ASSIGN(const std::int64_t newest, read_integer(*fresh, "SELECT coalesce(max(sequence), 0) FROM events"));
  if (events != newest)
    return make_error(ErrorCode::corrupt_data,
                      fmt::format("{} holds {} events, the newest is {}", file_.string(), events, newest));
  LINEGUARD_ASSIGN(const auto kept, read_one(*fresh, select_event(acknowledged.sequence)));
  if (acknowledged.sequence > 0 && (!kept || kept->hash != acknowledged.hash))
    return make_error(ErrorCode::corrupt_data, fmt::format("{} no longer holds event {}, which was recorded",
                                                           file_.string(), acknowledged.sequence));
  rows_->accept_content();
  return {};
}

Result<void> RecordFile::reopen(const Head& acknowledged) {
  if (auto connected = connect(true); !connected) return gone(connected.error());
  schema_version_ = -1;
  auto found = look_inside(acknowledged);
  if (found) {
    log_info("record", file_.string() + " is back");
    return {};
  }
  rows_->abandon();
  rows_.reset();
  return gone(found.error());
}

// ---- events

Result<void> RecordFile::insert(const std::vector<Event>& events) {
  static const std::string kInsert = fmt::format("INSERT INTO events({}) VALUES($1, $2, $3, $4, $5, $6, $7)", kColumns);
  std::vector<store::Statement> statements;
  for (const Event& event : events) statements.push_back({kInsert, to_row(event)});
  return rows_->write(statements);
}

Result<void> RecordFile::confirm(const Event& event) {
  const auto in_place = rows_->check_in_place();
  if (!in_place) return gone(in_place.error());
  LINEGUARD_ASSIGN(auto fresh, store::open_sqlite(file_, {.read_only = true}));
  if (auto checked = check_schema(*fresh); !checked) return checked.error().in(file_.string());
  LINEGUARD_ASSIGN(const auto found, read_one(*fresh, select_event(event.sequence)));
  if (found && is_same(*found, event)) return {};
  return make_error(ErrorCode::corrupt_data,
                    fmt::format("{} does not hold event {} as it was written", file_.string(), event.sequence));
}

Result<Head> RecordFile::read_head() {
  LINEGUARD_ASSIGN(
      const auto newest,
      read_one(*rows_, {fmt::format("SELECT {} FROM events ORDER BY sequence DESC LIMIT 1", kColumns), {}}));
  if (!newest) return Head();
  if (hash_of(*newest) != newest->hash) return changed_event(newest->sequence);
  return Head{newest->sequence, newest->hash};
}

Result<std::optional<Event>> RecordFile::read_event(std::int64_t sequence) {
  return read_one(*rows_, select_event(sequence));
}

Result<std::optional<Event>> RecordFile::newest_of_kind(EventKind kind) {
  return read_one(*rows_,
                  {fmt::format("SELECT {} FROM events WHERE kind = $1 ORDER BY sequence DESC LIMIT 1", kColumns),
                   {std::string(to_string(kind))}});
}

Result<void> RecordFile::for_each_hash(std::int64_t from_sequence,
                                       const std::function<void(std::string_view)>& on_hash) {
  return rows_->query({"SELECT hash FROM events WHERE sequence >= $1 ORDER BY sequence", {from_sequence}},
                      [&](const store::Row& row) {
                        const auto* hash = std::get_if<std::string>(&row.at(0));
                        on_hash(hash ? *hash : std::string());
                        return true;
                      });
}

}  // namespace lineguard::record
