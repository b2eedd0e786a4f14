#include "file_state.h"

#include <cerrno>

#include <sys/stat.h>

#include <lineguard/core/files.h>

namespace lineguard::store {
Result<std::optional<FileState>> state_of(const std::filesystem::path& file) {
  struct stat found {};
  if (stat(file.c_str(), &found) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<FileState>();
    return error_from_errno(errno, "cannot look at " + file.string());
  }
  FileState state;
  state.device = found.st_dev;
  state.inode = found.st_ino;
  state.size = found.st_size;
  state.changed_ns = std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec;
  state.writable = (found.st_mode & 0222) != 0;
  return std::optional(state);
}

}  // namespace lineguard::store
