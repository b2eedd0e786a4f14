#include "read_watch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/core/id.h>
#include <lineguard/core/write_all.h>

namespace lineguard {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kStaging = ".tmp-";

// What this process is writing.
std::mutex staged_mutex;
std::set<fs::path> staged_folders;
bool ends = false;  // remove_staged_folders() was called

void forget_staged(const fs::path& folder) {
  std::lock_guard lock(staged_mutex);
  staged_folders.erase(folder);
}

fs::path without_slash(const fs::path& folder) {
  fs::path clean = folder.lexically_normal();
  if (!clean.has_filename()) clean = clean.parent_path();
  return clean;
}

// What names of something that is written for `clean` begin with: cut where the file system allows no longer ones.
std::string staging_start(const fs::path& clean) {
  constexpr std::size_t kLongestName = 255, kIdLength = 32;  // in bytes, on Linux; of new_id()
  const std::size_t left = kLongestName - kIdLength - kStaging.size();
  return clean.filename().string().substr(0, left) + std::string(kStaging);
}

// An open file descriptor, closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }
  bool ok() const { return number_ >= 0; }

 private:
  int number_;
};

// Not waiting for a writer where it is a pipe.
int open_to_read(const fs::path& file) {
  return open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

// Right after open_to_read(). A pipe or device may never end: invalid_argument, as a folder.
Result<std::uint64_t> size_of_regular(const Descriptor& descriptor, const std::string& what) {
  if (!descriptor.ok()) return error_from_errno(errno, what);
  struct stat status {};
  if (fstat(descriptor.number(), &status) != 0) return error_from_errno(errno, what);
  if (S_ISDIR(status.st_mode)) return error_from_errno(EISDIR, what);
  if (!S_ISREG(status.st_mode)) return make_error(ErrorCode::invalid_argument, what + ": not a regular file");
  return static_cast<std::uint64_t>(status.st_size);
}

// 0: the end.
Result<std::size_t> read_some(const Descriptor& descriptor, std::span<std::byte> into, const std::string& what) {
  while (true) {
    const ssize_t got = ::read(descriptor.number(), into.data(), into.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return error_from_errno(errno, what);
  }
}

Result<Bytes> read_whole(const fs::path& file, std::uint64_t max_bytes) {
  const std::string what = "cannot read " + file.string();
  const Descriptor descriptor(open_to_read(file));
  LINEGUARD_ASSIGN(const std::uint64_t size, size_of_regular(descriptor, what));
  if (size > max_bytes)
    return make_error(ErrorCode::too_large, fmt::format("{}: {} bytes, allowed are {}", what, size, max_bytes));
  Bytes content(size);
  std::size_t filled = 0;
  while (filled < content.size()) {
    LINEGUARD_ASSIGN(const std::size_t got, read_some(descriptor, std::span(content).subspan(filled), what));
    if (got == 0) break;
    filled += got;
  }
  content.resize(filled);
  return content;
}

Result<void> sync_path(const fs::path& path) {
  Descriptor descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.ok()) return error_from_errno(errno, "cannot open " + path.string());
  if (fsync(descriptor.number()) != 0 && errno != EINVAL)
    return error_from_errno(errno, "cannot sync " + path.string());
  return {};
}

Result<void> make_folders(const fs::path& folder) {
  std::error_code code;
  if (std::lock_guard lock(staged_mutex); ends)
    return make_error(ErrorCode::unavailable, "stopped by a signal: " + folder.string() + " was not made");
  if (!folder.empty()) fs::create_directories(folder, code);
  if (code) return error_from_errno(code.value(), "cannot make the folder " + folder.string());
  return {};
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

Result<void> write_and_sync(const fs::path& file, std::span<const std::byte> content) {
  Descriptor descriptor(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!descriptor.ok()) return error_from_errno(errno, "cannot create " + file.string());
  LINEGUARD_TRY(write_all(descriptor.number(), content, file));
  if (fsync(descriptor.number()) != 0) return error_from_errno(errno, "cannot sync " + file.string());
  return {};
}

// A device or pipe is written to, never replaced.
Result<void> write_through(const fs::path& file, std::span<const std::byte> content) {
  Descriptor descriptor(open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!descriptor.ok()) return error_from_errno(errno, "cannot open " + file.string());
  return write_all(descriptor.number(), content, file);
}

}  // namespace

Result<void> write_all(int descriptor, std::span<const std::byte> content, const fs::path& file) {
  while (!content.empty()) {
    const ssize_t written = write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return error_from_errno(errno, "cannot write " + file.string());
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Error error_from_errno(int error_number, std::string_view what) {
  ErrorCode code = ErrorCode::io_error;
  if (error_number == ENOENT || error_number == ENOTDIR) code = ErrorCode::not_found;
  if (error_number == ENOSPC || error_number == EDQUOT) code = ErrorCode::disk_full;
  if (error_number == EACCES || error_number == EPERM || error_number == EROFS) code = ErrorCode::permission_denied;
  if (error_number == EEXIST) code = ErrorCode::already_exists;
  if (error_number == EISDIR) code = ErrorCode::invalid_argument;
  return make_error(code, fmt::format("{}: {}", what, std::strerror(error_number)));
}

Result<Bytes> read_file(const fs::path& file, std::uint64_t max_bytes) {
  auto content = read_whole(file, max_bytes);
  if (!is_watched(file)) return content;
  if (!content) {
    LINEGUARD_TRY(note_read(file, content.error()));
    return content;
  }
  LINEGUARD_TRY(note_read(file, sha256_hex(*content)));
  return content;
}

Result<void> read_blocks(const fs::path& file, const std::function<bool(std::span<const std::byte>)>& take) {
  const std::string what = "cannot read " + file.string();
  const Descriptor descriptor(open_to_read(file));
  LINEGUARD_TRY(size_of_regular(descriptor, what));
  std::array<std::byte, 1 << 16> block;
  while (true) {
    LINEGUARD_ASSIGN(const std::size_t got, read_some(descriptor, block, what));
    if (got == 0 || !take(std::span(block).first(got))) return {};
  }
}

Result<std::string> read_text_file(const fs::path& file, std::uint64_t max_bytes) {
  LINEGUARD_ASSIGN(const Bytes content, read_file(file, max_bytes));
  return std::string(reinterpret_cast<const char*>(content.data()), content.size());
}

Result<void> write_file_atomically(const fs::path& named, std::span<const std::byte> content) {
  std::error_code code;
  const auto kind = fs::status(named, code).type();
  if (kind == fs::file_type::character || kind == fs::file_type::fifo || kind == fs::file_type::block)
    return write_through(named, content);
  // A link stays; what it leads to is replaced.
  const fs::path file = fs::is_symlink(named, code) && fs::exists(named, code) ? fs::canonical(named, code) : named;
  LINEGUARD_TRY(make_folders(folder_of(file)));
  const fs::path aside = staging_name(file);
  auto written = write_and_sync(aside, content);
  if (written && rename(aside.c_str(), file.c_str()) != 0) {
    written = error_from_errno(errno, "cannot write " + file.string());
  }
  if (!written) {
    unlink(aside.c_str());
    return written;
  }
  return sync_path(folder_of(file));
}

Result<void> write_file_atomically(const fs::path& file, std::string_view content) {
  return write_file_atomically(file, std::as_bytes(std::span(content.data(), content.size())));
}

bool is_staging(const fs::path& folder) {
  const std::string name = without_slash(folder).filename().string();
  const auto at = name.rfind(kStaging);
  return at != std::string::npos && at > 0 && name.size() > at + kStaging.size() &&
         name.find_first_not_of("0123456789abcdef-", at + kStaging.size()) == std::string::npos;
}

fs::path staging_name(const fs::path& target) {
  const fs::path clean = without_slash(target);
  return clean.parent_path() / (staging_start(clean) + new_id());
}

std::vector<fs::path> staged_beside(const fs::path& target) {
  const fs::path clean = without_slash(target);
  const std::string start = staging_start(clean);
  std::vector<fs::path> found;
  std::error_code code;
  for (fs::directory_iterator it(folder_of(clean), code), end; !code && it != end; it.increment(code)) {
    if (it->path().filename().string().starts_with(start) && is_staging(it->path())) found.push_back(it->path());
  }
  std::ranges::sort(found);
  return found;
}

StagedFolder::StagedFolder(fs::path target, fs::path staging, bool replace)
    : target_(std::move(target)), staging_(std::move(staging)), replace_(replace) {}

StagedFolder::StagedFolder(StagedFolder&& other) noexcept
    : target_(std::move(other.target_)), staging_(std::exchange(other.staging_, {})), replace_(other.replace_) {}

StagedFolder::~StagedFolder() {
  std::error_code ignored;
  if (staging_.empty()) return;
  fs::remove_all(staging_, ignored);
  forget_staged(staging_);
}

void remove_staged_folders() {
  std::lock_guard lock(staged_mutex);
  ends = true;
  std::error_code ignored;
  for (const fs::path& folder : staged_folders) {
    // Other threads write on meanwhile: not into what has another name.
    fs::path aside = folder;
    aside += "-0";
    fs::rename(folder, aside, ignored);
    fs::remove_all(aside, ignored);
    fs::remove_all(folder, ignored);
  }
}

Result<StagedFolder> StagedFolder::create(const fs::path& target, bool replace) {
  const fs::path clean = without_slash(target);
  if (clean.empty()) return make_error(ErrorCode::invalid_argument, "the output folder has no name");
  std::error_code code;
  if (!replace && fs::exists(clean, code)) {
    return make_error(ErrorCode::already_exists, "the output folder " + clean.string() + " exists already");
  }
  const fs::path staging = staging_name(clean);
  {
    std::lock_guard lock(staged_mutex);
    staged_folders.insert(staging);
  }
  StagedFolder staged(clean, staging, replace);
  LINEGUARD_TRY(make_folders(staging));
  return staged;
}

Result<void> StagedFolder::commit() {
  std::error_code code;
  for (const auto& entry : fs::recursive_directory_iterator(staging_, code)) {
    if (entry.is_regular_file(code) || entry.is_directory(code)) LINEGUARD_TRY(sync_path(entry.path()));
  }
  LINEGUARD_TRY(sync_path(staging_));
  std::unique_lock lock(staged_mutex);  // who ends the process finds it as it was or in place
  if (ends) return make_error(ErrorCode::unavailable, "stopped by a signal: nothing was written");
  fs::path old;
  if (replace_ && fs::exists(target_, code)) {
    old = staging_;
    old += "-old";
    if (rename(target_.c_str(), old.c_str()) != 0) return error_from_errno(errno, "cannot replace " + target_.string());
  }
  if (rename(staging_.c_str(), target_.c_str()) != 0) {
    const Error error = error_from_errno(errno, "cannot write " + target_.string());
    if (!old.empty()) fs::rename(old, target_, code);
    return error;
  }
  staged_folders.erase(staging_);
  lock.unlock();
  staging_.clear();
  if (!old.empty()) fs::remove_all(old, code);
  return sync_path(folder_of(target_));
}

}  // namespace lineguard
