#include "writer_lock.h"

#include "file_state.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <sys/file.h>

#include <lineguard/core/clock.h>
#include <lineguard/core/files.h>
#include <lineguard/store/local_disk.h>

namespace lineguard::store {
namespace {

using FileId = std::pair<std::uint64_t, std::uint64_t>;

// The files that this process holds. A second descriptor of one of them must not even be opened: closing it would
// release the locks that SQLite has on the file (fcntl(2)).
class HeldFiles {
 public:
  bool insert(const FileId& file) {
    std::lock_guard lock(mutex_);
    return files_.insert(file).second;
  }
  void erase(const FileId& file) {
    std::lock_guard lock(mutex_);
    files_.erase(file);
  }
  bool contains(const FileId& file) {
    std::lock_guard lock(mutex_);
    return files_.contains(file);
  }

 private:
  std::mutex mutex_;
  std::set<FileId> files_;
};

HeldFiles& held_files() {
  static HeldFiles files;
  return files;
}

std::filesystem::path words_file(const std::filesystem::path& file) {
  return file.string() + ".lock";
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "?";
}

Error held_by_another(const std::filesystem::path& file) {
  const auto words = read_text_file(words_file(file), 4096);
  std::string holder = words ? *words : "another process";
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  return make_error(ErrorCode::unavailable,
                    fmt::format("{} has one writer, and that is {}: stop it first", file.string(), holder));
}

// Only for people: where it can't be written, the lock holds nevertheless.
void write_words(const std::filesystem::path& file, const std::string& holder) {
  const std::string words = fmt::format("process {} on {}{}{}, since {}\n", getpid(), host_name(),
                                        holder.empty() ? "" : ", ", holder, format_utc(system_clock().utc_now()));
  const int descriptor = open(words_file(file).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return;
  [[maybe_unused]] const auto written = write(descriptor, words.data(), words.size());
  close(descriptor);
}

}  // namespace

Result<WriterLock> WriterLock::take(const std::filesystem::path& file, const std::string& holder) {
  LINEGUARD_TRY(require_local_disk(file));
  LINEGUARD_ASSIGN(const auto before, state_of(file));
  if (before && held_files().contains({before->device, before->inode})) return held_by_another(file);
  WriterLock lock;
  lock.descriptor_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock.descriptor_ < 0) return error_from_errno(errno, "cannot open " + file.string());
  if (flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return held_by_another(file);
    return error_from_errno(errno, "cannot lock " + file.string());
  }
  LINEGUARD_ASSIGN(const auto now, state_of(file));
  if (!now || (before && !before->is_same_file(*now)))
    return make_error(ErrorCode::unavailable, file.string() + " was replaced while it was being opened");
  const FileId id{now->device, now->inode};
  if (!held_files().insert(id)) return held_by_another(file);
  lock.file_ = id;
  write_words(file, holder);
  return lock;
}

WriterLock::WriterLock(WriterLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), file_(std::exchange(other.file_, {})) {}

WriterLock& WriterLock::operator=(WriterLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(file_, other.file_);
  return *this;
}

WriterLock::~WriterLock() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  if (file_ != FileId{}) held_files().erase(file_);
}

}  // namespace lineguard::store
