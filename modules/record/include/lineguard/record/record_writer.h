// RecordWriter: appends events to the record's file.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include <lineguard/core/clock.h>
#include <lineguard/core/result.h>
#include <lineguard/record/event.h>

namespace lineguard::record {

struct WriterOptions {
  std::uint64_t reserve_bytes = 64ull << 20;  // held back for a full disk (store::SqliteOptions); 0: none
};

// Not thread-safe. Several processes may append to one record: the chain stays whole.
class RecordWriter {
 public:
  virtual ~RecordWriter() = default;

  // Makes the file where absent. `clock` must outlive the writer. Errors: those of store::open_sqlite, and corrupt_data
  // where the newest event does not match its hash.
  static Result<std::unique_ptr<RecordWriter>> open(const std::filesystem::path& file, Clock& clock,
                                                    const WriterOptions& options = {});

  // Returns ok when all entries are durable (fsync returned); else none of them is in the record. An interface, so
  // that tests of others inject a full disk.
  // Errors: disk_full, permission_denied, io_error, unavailable, invalid_argument (a payload is not a JSON object).
  virtual Result<std::vector<Event>> append(std::span<const Entry> entries) = 0;
  Result<Event> append(const Entry& entry);

  virtual Head head() const = 0;
  virtual std::uint64_t reserved_bytes() const = 0;  // 0: the disk was full, the reserve is in use
};

}  // namespace lineguard::record
