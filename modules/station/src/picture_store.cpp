#include "picture_store.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <lineguard/core/files.h>
#include <lineguard/core/write_all.h>

namespace lineguard::station {
namespace {

namespace fs = std::filesystem;
using record::KeptBecause;

constexpr std::string_view kUnfinished = ".part";

}  // namespace

Result<std::uint64_t> free_bytes_of(const fs::path& folder) {
  struct statvfs found {};
  if (statvfs(folder.c_str(), &found) != 0) return error_from_errno(errno, "cannot look at " + folder.string());
  return std::uint64_t{found.f_bavail} * found.f_frsize;
}

PictureStore::PictureStore(PictureSettings settings, Clock& clock, FreeBytes free_bytes)
    : settings_(std::move(settings)), clock_(clock), free_bytes_(std::move(free_bytes)) {}

Result<void> PictureStore::open() {
  std::error_code code;
  for (const KeptBecause because : values_of(record::kKeptBecauseNames)) {
    const fs::path folder = settings_.folder / folder_of(because);
    fs::create_directories(folder, code);
    if (code) return error_from_errno(code.value(), "cannot make " + folder.string());
    find(because);
  }
  return {};
}

// Files of an earlier run; what was being written when it ended is removed.
void PictureStore::find(KeptBecause because) {
  std::deque<File>& files = files_of(because);
  std::error_code code;
  for (fs::recursive_directory_iterator it(settings_.folder / folder_of(because), code), end; !code && it != end;
       it.increment(code)) {
    std::error_code ignored;
    if (!it->is_regular_file(ignored)) continue;
    const std::string name = fs::relative(it->path(), settings_.folder, ignored).generic_string();
    const auto time = time_of_file(name);
    if (!time) continue;
    if (name.ends_with(kUnfinished)) {
      fs::remove(it->path(), ignored);
      continue;
    }
    const std::uint64_t bytes = it->file_size(ignored);
    if (ignored) continue;
    files.push_back({name, bytes, *time});
    bytes_ += bytes;
  }
  std::ranges::sort(files, {}, &File::time);
}

std::deque<PictureStore::File>& PictureStore::files_of(KeptBecause because) {
  return because == KeptBecause::diverted ? diverted_ : samples_;
}

Result<void> PictureStore::keep(const std::string& file, std::span<const std::byte> content, KeptBecause because) {
  if (content.size() > settings_.max_bytes)
    return make_error(ErrorCode::too_large,
                      fmt::format("the picture has {} bytes, all kept pictures together may have {} (pictures.max_mb)",
                                  content.size(), settings_.max_bytes));
  while (bytes_ + content.size() > settings_.max_bytes && count() > 0) {
    const bool sample_is_older =
        !samples_.empty() && (diverted_.empty() || samples_.front().time < diverted_.front().time);
    remove_oldest(sample_is_older ? samples_ : diverted_, DeletedBecause::bytes);
  }
  LINEGUARD_TRY(make_room_on_disk(content.size(), because));
  auto written = write(file, content);
  // The disk may be fuller than it said: others write, too.
  while (!written && written.error().code == ErrorCode::disk_full && give_up_one(because))
    written = write(file, content);
  LINEGUARD_TRY(std::move(written));
  files_of(because).push_back({file, content.size(), time_of_file(file).value_or(clock_.utc_now())});
  bytes_ += content.size();
  return {};
}

Result<void> PictureStore::make_room_on_disk(std::uint64_t bytes, KeptBecause because) {
  for (;;) {
    LINEGUARD_ASSIGN(const std::uint64_t free, free_bytes_(settings_.folder));
    if (free >= settings_.keep_free_bytes + bytes) return {};
    if (!give_up_one(because))
      return make_error(ErrorCode::disk_full,
                        fmt::format("{} has {} MB left, and {} MB are kept free for events (pictures.keep_free_mb)",
                                    settings_.folder.string(), free >> 20, settings_.keep_free_bytes >> 20));
  }
}

// Samples go first; a diverted part's picture goes only for another one's.
bool PictureStore::give_up_one(KeptBecause because) {
  if (!samples_.empty()) {
    remove_oldest(samples_, DeletedBecause::disk_full);
  } else if (because == KeptBecause::diverted && !diverted_.empty()) {
    remove_oldest(diverted_, DeletedBecause::disk_full);
  } else {
    return false;
  }
  return true;
}

// Aside and renamed, without fsync: the disk's attention belongs to the record.
Result<void> PictureStore::write(const std::string& file, std::span<const std::byte> content) const {
  const fs::path target = settings_.folder / file, aside = target.string() + std::string(kUnfinished);
  std::error_code code;
  fs::create_directories(target.parent_path(), code);
  if (code) return error_from_errno(code.value(), "cannot make " + target.parent_path().string());
  const int descriptor = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return error_from_errno(errno, "cannot write " + aside.string());
  Result<void> written = write_all(descriptor, content, target);
  if (::close(descriptor) != 0 && written) written = error_from_errno(errno, "cannot write " + target.string());
  if (written && ::rename(aside.c_str(), target.c_str()) != 0)
    written = error_from_errno(errno, "cannot write " + target.string());
  if (!written) fs::remove(aside, code);
  return written;
}

void PictureStore::remove_aged() {
  const UtcTime oldest = clock_.utc_now() - std::chrono::hours(24) * settings_.max_age_days;
  for (std::deque<File>* files : {&samples_, &diverted_}) {
    while (!files->empty() && files->front().time < oldest) remove_oldest(*files, DeletedBecause::age);
  }
}

void PictureStore::remove_oldest(std::deque<File>& files, DeletedBecause because) {
  const File file = std::move(files.front());
  files.pop_front();
  bytes_ -= file.bytes;
  std::error_code ignored;
  const fs::path path = settings_.folder / file.name;
  fs::remove(path, ignored);
  fs::remove(path.parent_path(), ignored);  // the day's folder, where it is empty now
  auto same = std::ranges::find(deleted_, because, &DeletedPictures::because);
  if (same == deleted_.end()) same = deleted_.insert(deleted_.end(), DeletedPictures{because, {}});
  same->files.push_back(file.name);
}

std::vector<DeletedPictures> PictureStore::take_deleted() {
  return std::exchange(deleted_, {});
}

}  // namespace lineguard::station
