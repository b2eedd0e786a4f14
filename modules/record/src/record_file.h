// RecordFile: the record as a file under a path, with one writer: what was written is read back from what the path
// names, and found again when the path is right again.
#pragma once

#include "schema.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/record/event.h>
#include <lineguard/store/rows.h>

namespace lineguard::record {

// Not thread-safe.
class RecordFile {
 public:
  RecordFile(std::filesystem::path file, std::uint64_t reserve_bytes, std::string holder);

  // Opens or makes the file, takes the writer's lock, brings it to kFormat. Call once, first.
  // Errors: those of store::open_sqlite, unsupported (a newer format), corrupt_data (no record; other tables, triggers
  // or views; the newest event does not match its hash).
  Result<void> open();

  // Whether events can be written: the path names this record, nobody changed what is in it. Where the file was seen to
  // be away and one is back, it is opened again; it must hold `acknowledged`. Errors: of append.
  Result<void> ensure_in_place(const Head& acknowledged);
  // Inserts the events in one transaction.
  Result<void> insert(const std::vector<Event>& events);
  // Reads the event back by a connection of its own, opened by the path.
  Result<void> confirm(const Event& event);

  Result<Head> read_head();
  Result<std::optional<Event>> read_event(std::int64_t sequence);
  Result<std::optional<Event>> newest_of_kind(EventKind kind);
  // Hashes of the events from `sequence` on, in order.
  Result<void> for_each_hash(std::int64_t from_sequence, const std::function<void(std::string_view)>& on_hash);

  const std::filesystem::path& path() const { return file_; }
  bool made_now() const { return made_now_; }  // by open()
  std::uint64_t reserved_bytes() const { return rows_ ? rows_->reserved_bytes() : 0; }

 private:
  Result<void> connect(bool must_exist);
  Result<void> prepare();
  Result<void> reopen(const Head& acknowledged);
  Result<void> look_inside(const Head& acknowledged);
  Result<void> check_schema(store::Rows& rows);
  Error gone(const Error& why) const;

  std::filesystem::path file_;
  std::uint64_t reserve_bytes_ = 0;
  std::string holder_;
  std::unique_ptr<store::Rows> rows_;
  std::int64_t schema_version_ = 0;  // the database's counter of changes to its tables, when they were right
  bool made_now_ = false;
  bool was_away_ = false;  // nothing was under the path since it was last right
};

}  // namespace lineguard::record
