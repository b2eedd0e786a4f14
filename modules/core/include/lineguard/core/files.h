// Reading files with a limit, and writing them so that nothing is ever half written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard {

// Errors: not_found, permission_denied, too_large (more than max_bytes), io_error. A folder is an invalid_argument.
Result<Bytes> read_file(const std::filesystem::path& file, std::uint64_t max_bytes = 1ull << 30);
Result<std::string> read_text_file(const std::filesystem::path& file, std::uint64_t max_bytes = 1ull << 26);

// The same without holding it: `take` gets block after block and says whether to go on. No limit of size.
Result<void> read_blocks(const std::filesystem::path& file,
                         const std::function<bool(std::span<const std::byte>)>& take);

// Writes aside in the same folder, fsyncs, renames over `file`, fsyncs the folder. Parent folders are made. A link
// stays and what it leads to is replaced; a device or a pipe is written to. Errors: disk_full, permission_denied,
// io_error; then `file` is as it was and nothing is left beside it.
Result<void> write_file_atomically(const std::filesystem::path& file, std::string_view content);
Result<void> write_file_atomically(const std::filesystem::path& file, std::span<const std::byte> content);

// A folder made aside and moved into place by commit(): readers see all of it or nothing. Destroyed without commit, it
// is removed. Not thread-safe.
class StagedFolder {
 public:
  // `target` must not exist (already_exists) unless replace is true. Parent folders are made.
  static Result<StagedFolder> create(const std::filesystem::path& target, bool replace = false);
  StagedFolder(StagedFolder&& other) noexcept;
  StagedFolder& operator=(StagedFolder&&) = delete;
  ~StagedFolder();

  const std::filesystem::path& path() const { return staging_; }  // write here
  // Fsyncs every file and folder inside, then renames into place.
  Result<void> commit();

 private:
  StagedFolder(std::filesystem::path target, std::filesystem::path staging, bool replace);
  std::filesystem::path target_, staging_;
  bool replace_ = false;
};

// Removes what every StagedFolder of this process has written so far: before a process ends on a signal. Thread-safe;
// no StagedFolder is of use afterwards.
void remove_staged_folders();

// Whether a folder has the name of one that is being written, or was when its writer was killed.
bool is_staging(const std::filesystem::path& folder);
// Such a name beside `target`, a folder or a file; a trailing slash does not count.
std::filesystem::path staging_name(const std::filesystem::path& target);
// What has such a name beside `target` now: another process writes it, or was killed. Sorted.
std::vector<std::filesystem::path> staged_beside(const std::filesystem::path& target);

// errno's value as an Error: ENOENT -> not_found, ENOSPC/EDQUOT -> disk_full, EACCES/EPERM/EROFS -> permission_denied.
Error error_from_errno(int error_number, std::string_view what);

}  // namespace lineguard
