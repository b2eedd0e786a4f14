// WriterLock: one writer a file, held until destroyed or the process ends, however it ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include <lineguard/core/result.h>

namespace lineguard::store {

// flock() on the file itself, so that nobody gets round it by removing a lock file; SQLite's own locks are of another
// kind. `<file>.lock` says in words who holds it, for the one who is refused.
class WriterLock {
 public:
  WriterLock() = default;  // holds nothing
  // Makes `file` where absent. Errors: unavailable, naming the holder; permission_denied, io_error, unsupported (a
  // network file system).
  static Result<WriterLock> take(const std::filesystem::path& file, const std::string& holder);
  WriterLock(WriterLock&& other) noexcept;
  WriterLock& operator=(WriterLock&& other) noexcept;
  ~WriterLock();

 private:
  int descriptor_ = -1;
  std::pair<std::uint64_t, std::uint64_t> file_{};  // device and inode
};

}  // namespace lineguard::store
