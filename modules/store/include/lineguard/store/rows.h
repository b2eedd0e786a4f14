// Rows: durable rows in a database, as thin as they can be. SQLite today; PostgreSQL can stand behind the same
// interface, which is why parameters are written $1, $2, … (each database here understands them).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <lineguard/core/result.h>

namespace lineguard::store {

// A column's value: NULL, integer, real or UTF-8 text.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;
using Row = std::vector<Value>;

// One statement with its parameters, in the order $1, $2, ….
struct Statement {
  std::string sql;
  Row parameters;
};

// Called for each row, in order; false stops the query (which still succeeds).
using RowFunction = std::function<bool(const Row& row)>;

// Not thread-safe: one connection belongs to one thread at a time. Any number of connections and processes may read
// the same file while one writes. Destroying closes.
class Rows {
 public:
  virtual ~Rows() = default;

  // Runs the statements as one transaction: all or nothing, and durable (fsync returned) when this returns ok.
  // Errors: disk_full, permission_denied, io_error, corrupt_data, unavailable (locked by another writer),
  // invalid_argument (the SQL is wrong or a constraint refused the row); then nothing was changed.
  virtual Result<void> write(std::span<const Statement> statements) = 0;

  // Streams the rows of one SELECT. Errors: as write.
  virtual Result<void> query(const Statement& select, const RowFunction& on_row) = 0;

  // The database's own check of its pages and indexes. corrupt_data names what it found.
  virtual Result<void> check_integrity() = 0;

  // Whether the path still names what is open here: false where the content was changed by somebody else since the last
  // write of this connection (look at what is in it, and then call accept_content). Errors: not_found (the file or its
  // log is gone), io_error (another file is in its place), permission_denied (nobody may write it any more),
  // unavailable (its log was not there when it was opened).
  virtual Result<bool> check_in_place() = 0;
  virtual void accept_content() = 0;

  // From now on closing leaves the files under this path as they are: they may be others by now.
  virtual void abandon() = 0;

  // Bytes still held back for the day the disk is full; 0: none were asked for, or they are in use already.
  virtual std::uint64_t reserved_bytes() const = 0;
};

struct SqliteOptions {
  bool read_only = false;
  // Space kept in `<file>.reserve`. When a write finds the disk full, the reserve is given back to the disk and the
  // write is tried once more, so that events can be written while a person makes room.
  std::uint64_t reserve_bytes = 0;
  int busy_timeout_ms = 2000;  // how long to wait for another writer, >= 0
  // Refuse a second writer that asks for the same (flock, until closed), and files on network file systems. `holder`:
  // in words, for the one who is refused.
  bool sole_writer = false;
  std::string holder = {};
  bool must_exist = false;  // do not make the file
};

// Opens `file` (made where absent, with its folder, unless read_only) in WAL mode with synchronous=FULL. Where the
// disk has no room for the reserve, the database still opens and reserved_bytes() says 0.
// Errors: not_found (read_only, must_exist), unavailable (another writer holds it), permission_denied, disk_full,
// corrupt_data (not a database), io_error.
Result<std::unique_ptr<Rows>> open_sqlite(const std::filesystem::path& file, const SqliteOptions& options = {});

}  // namespace lineguard::store
