// What the operating system says of a file, to find out whether a path still names it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include <lineguard/core/result.h>

namespace lineguard::store {

struct FileState {
  std::uint64_t device = 0, inode = 0;
  std::int64_t size = 0;
  std::int64_t changed_ns = 0;  // when its content was written last
  bool writable = false;        // somebody has the right to write it
  bool is_same_file(const FileState& other) const { return device == other.device && inode == other.inode; }
  bool operator==(const FileState&) const = default;
};

// None: there is no such file. Errors: those of stat.
Result<std::optional<FileState>> state_of(const std::filesystem::path& file);

}  // namespace lineguard::store
