// RecordWriter: appends events to the record's file.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <lineguard/core/clock.h>
#include <lineguard/core/result.h>
#include <lineguard/record/event.h>

namespace lineguard::record {

struct WriterOptions {
  std::uint64_t reserve_bytes = 64ull << 20;  // held back for a full disk (store::SqliteOptions); 0: none
  std::string station = {};                   // who writes; a second writer is told
  std::filesystem::path key = {};             // the station's signing key (core/signature.h); empty: nothing is signed
  std::filesystem::path anchor_copy = {};     // a second file for the anchors, best on another machine; empty: none
  std::chrono::seconds anchor_interval{3600};
};

// How far the record is sealed, for status pages.
struct AnchorState {
  bool signing = false;       // there is a key
  std::int64_t sequence = 0;  // of the newest `anchored` event; 0: none
  std::string utc = {};       // when
  std::string problem = {};   // anchors that could not be written, in words; empty: none
};

// Not thread-safe. One writer a record: it holds a lock from open to its end.
class RecordWriter {
 public:
  virtual ~RecordWriter() = default;

  // Makes the file where absent. `clock` must outlive the writer. Errors: those of store::open_sqlite, corrupt_data
  // where the newest event does not match its hash, and unavailable where another process writes this record: the
  // message names it.
  static Result<std::unique_ptr<RecordWriter>> open(const std::filesystem::path& file, Clock& clock,
                                                    const WriterOptions& options = {});

  // Returns ok when all entries are durable: fsync returned, and they were read back, by sequence and hash, from the
  // file that the path names. An error: they are not acknowledged; where the record comes back, entries that are given
  // again unchanged are not written twice. An interface, so that tests of others inject a full disk.
  // Errors: disk_full, permission_denied, io_error, corrupt_data, not_found (the file is gone), unavailable,
  // invalid_argument (a payload is not a JSON object), too_large.
  virtual Result<std::vector<Event>> append(std::span<const Entry> entries) = 0;
  Result<Event> append(const Entry& entry);

  // Call it when there is nothing to append, every second or so, from the thread that appends: anchors when it is time
  // to, and finds out whether the record can still be written where that is in doubt. An error: append would fail.
  virtual Result<void> maintain() { return {}; }
  // Anchors the last time. Nothing can be appended afterwards.
  virtual Result<void> close() { return {}; }

  virtual Head head() const = 0;
  virtual std::uint64_t reserved_bytes() const = 0;  // 0: the disk was full, the reserve is in use
  virtual AnchorState anchor_state() const { return {}; }
};

}  // namespace lineguard::record
