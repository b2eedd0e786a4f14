#include "file_state.h"
#include "space_reserve.h"
#include "writer_lock.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <optional>
#include <unistd.h>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <lineguard/core/files.h>
#include <lineguard/core/log.h>
#include <lineguard/store/rows.h>

namespace lineguard::store {
namespace {

ErrorCode error_code_of(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
      return ErrorCode::disk_full;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return ErrorCode::permission_denied;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::corrupt_data;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::unavailable;
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
      return ErrorCode::invalid_argument;
    default:
      return ErrorCode::io_error;
  }
}

void bind(SQLite::Statement& statement, const Row& parameters) {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const int index = static_cast<int>(i) + 1;
    const Value& value = parameters[i];
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      statement.bind(index, *integer);
    } else if (const auto* real = std::get_if<double>(&value)) {
      statement.bind(index, *real);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      statement.bindNoCopy(index, *text);
    } else {
      statement.bind(index);
    }
  }
}

Value value_of(const SQLite::Column& column) {
  if (column.isInteger()) return column.getInt64();
  if (column.isFloat()) return column.getDouble();
  if (column.isNull()) return std::monostate{};
  return column.getString();
}

class SqliteRows final : public Rows {
 public:
  SqliteRows(std::filesystem::path file, const SqliteOptions& options, WriterLock lock)
      : file_(std::move(file)),
        lock_(std::move(lock)),
        database_(file_.string(), options.read_only ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE,
                  options.busy_timeout_ms),
        reserve_(file_.string() + ".reserve", options.read_only ? 0 : options.reserve_bytes) {
    if (!options.read_only) {
      database_.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
    }
    database_.exec("SELECT count(*) FROM sqlite_master");  // reads the header: a file that is no database fails here
    if (!options.read_only) accept_content();
  }

  Result<void> write(std::span<const Statement> statements) override {
    Result<void> written = try_write(statements);
    if (!written && written.error().code == ErrorCode::disk_full && reserve_.release()) {
      log_error("store", fmt::format("the disk of {} is full: the reserved space is in use now", file_.string()));
      written = try_write(statements);
    }
    accept_content();
    return written;
  }

  Result<void> query(const Statement& select, const RowFunction& on_row) override {
    return guarded([&] {
      SQLite::Statement statement(database_, select.sql);
      bind(statement, select.parameters);
      Row row(static_cast<std::size_t>(statement.getColumnCount()));
      while (statement.executeStep()) {
        for (std::size_t i = 0; i < row.size(); ++i) row[i] = value_of(statement.getColumn(static_cast<int>(i)));
        if (!on_row(row)) return;
      }
    });
  }

  Result<void> check_integrity() override {
    std::string found;
    LINEGUARD_TRY(query({"PRAGMA integrity_check(1)", {}}, [&](const Row& row) {
      found = std::get<std::string>(row.at(0));
      return false;
    }));
    if (found == "ok") return {};
    return make_error(ErrorCode::corrupt_data, fmt::format("{}: {}", file_.string(), found));
  }

  Result<bool> check_in_place() override {
    bool unchanged = true;
    for (const Followed& followed : followed_) {
      LINEGUARD_ASSIGN(const auto now, state_of(followed.file));
      if (!now) return make_error(ErrorCode::not_found, followed.file.string() + " is gone");
      if (!followed.state) return make_error(ErrorCode::unavailable, followed.file.string() + " was not there before");
      if (!now->is_same_file(*followed.state))
        return make_error(ErrorCode::io_error,
                          followed.file.string() + " is another file than the one that was opened");
      if (followed.holds_content && (!now->writable || access(followed.file.c_str(), W_OK) != 0))
        return make_error(ErrorCode::permission_denied, followed.file.string() + " was made read-only");
      if (followed.holds_content && *now != *followed.state) unchanged = false;
    }
    return unchanged;
  }

  // The files are followed from the first write on, when the log is there.
  void accept_content() override {
    for (Followed& followed : followed_) {
      const auto now = state_of(followed.file);
      if (!now || !*now) continue;
      const bool another = followed.state && !(*now)->is_same_file(*followed.state);
      if (!another) followed.state = **now;
    }
  }

  void abandon() override { sqlite3_db_config(database_.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

  std::uint64_t reserved_bytes() const override { return reserve_.bytes(); }

 private:
  Result<void> try_write(std::span<const Statement> statements) {
    return guarded([&] {
      SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
      for (const Statement& statement : statements) {
        SQLite::Statement& prepared = prepare(statement.sql);
        bind(prepared, statement.parameters);
        prepared.exec();
        prepared.reset();
        prepared.clearBindings();
      }
      transaction.commit();
    });
  }

  // Statements are few and come again with every event: compiled once.
  SQLite::Statement& prepare(const std::string& sql) {
    auto found = prepared_.find(sql);
    if (found == prepared_.end()) {
      found = prepared_.emplace(sql, SQLite::Statement(database_, sql)).first;
    }
    found->second.tryReset();
    return found->second;
  }

  template <typename Work>
  Result<void> guarded(const Work& work) {
    try {
      work();
      return {};
    } catch (const SQLite::Exception& error) {
      prepared_.clear();  // a failed statement would keep its locks
      return make_error(error_code_of(error.getErrorCode()), fmt::format("{}: {}", file_.string(), error.what()));
    } catch (const std::exception& error) {
      return make_error(ErrorCode::internal, fmt::format("{}: {}", file_.string(), error.what()));
    }
  }

  // A file that belongs to the database, and how it was left.
  struct Followed {
    std::filesystem::path file;
    bool holds_content = true;
    std::optional<FileState> state = {};
  };

  std::filesystem::path file_;
  WriterLock lock_;  // released after the database is closed
  std::array<Followed, 3> followed_{{{file_}, {file_.string() + "-wal"}, {file_.string() + "-shm", false}}};
  SQLite::Database database_;
  SpaceReserve reserve_;
  std::map<std::string, SQLite::Statement> prepared_;
};

// Asks the operating system first: its errno says precisely what SQLite only calls "unable to open", and SQLite would
// fall back to read-only silently. A file that is there is not opened: closing it again would release the locks that
// another connection of this process has on it.
Result<void> check_access(const std::filesystem::path& file, const SqliteOptions& options) {
  const bool make = !options.read_only && !options.must_exist;
  std::error_code code;
  if (make && file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), code);
  if (code) return error_from_errno(code.value(), "cannot make the folder " + file.parent_path().string());
  if (make) {
    const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor >= 0) close(descriptor);
    if (descriptor < 0 && errno != EEXIST) return error_from_errno(errno, "cannot open " + file.string());
  }
  if (access(file.c_str(), options.read_only ? R_OK : R_OK | W_OK) != 0)
    return error_from_errno(errno, "cannot open " + file.string());
  return {};
}

}  // namespace

Result<std::unique_ptr<Rows>> open_sqlite(const std::filesystem::path& file, const SqliteOptions& options) {
  LINEGUARD_TRY(check_access(file, options));
  WriterLock lock;
  if (options.sole_writer) {
    LINEGUARD_ASSIGN(lock, WriterLock::take(file, options.holder));
  }
  try {
    return std::unique_ptr<Rows>(std::make_unique<SqliteRows>(file, options, std::move(lock)));
  } catch (const SQLite::Exception& error) {
    return make_error(error_code_of(error.getErrorCode()),
                      fmt::format("cannot open {}: {}", file.string(), error.what()));
  } catch (const std::exception& error) {
    return make_error(ErrorCode::io_error, fmt::format("cannot open {}: {}", file.string(), error.what()));
  }
}

}  // namespace lineguard::store
