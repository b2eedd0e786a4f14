// PictureStore: the files of kept pictures: a ring by bytes and age that leaves the disk room for events.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/clock.h>
#include <lineguard/core/result.h>
#include <lineguard/station/picture_policy.h>

namespace lineguard::station {

// Why kept pictures were removed.
enum class DeletedBecause { age, bytes, disk_full };
inline constexpr auto kDeletedBecauseNames = std::to_array<EnumName<DeletedBecause>>(
    {{DeletedBecause::age, "age"}, {DeletedBecause::bytes, "bytes"}, {DeletedBecause::disk_full, "disk full"}});
static_assert(names_every_value(kDeletedBecauseNames));
constexpr std::string_view to_string(DeletedBecause because) {
  return name_of(kDeletedBecauseNames, because);
}

struct DeletedPictures {
  DeletedBecause because = DeletedBecause::age;
  std::vector<std::string> files;  // relative to the folder
};

// Bytes that the disk of a folder still takes. Errors: those of statvfs.
using FreeBytes = std::function<Result<std::uint64_t>(const std::filesystem::path& folder)>;
Result<std::uint64_t> free_bytes_of(const std::filesystem::path& folder);

// Not thread-safe. Removes only files that have names as PicturePolicy gives them. What it wrote is no promise: a
// power loss may take the newest ones; the record's SHA-256 tells.
class PictureStore {
 public:
  // `clock` must outlive it.
  PictureStore(PictureSettings settings, Clock& clock, FreeBytes free_bytes = free_bytes_of);

  // Makes the folder and finds what is there. Errors: those of the operating system.
  Result<void> open();
  // Errors: disk_full (it is to be left to events), too_large (larger than the ring), those of the operating system;
  // then nothing is left of it.
  Result<void> keep(const std::string& file, std::span<const std::byte> content, record::KeptBecause because);
  void remove_aged();
  // Since the last call.
  std::vector<DeletedPictures> take_deleted();
  std::uint64_t bytes() const { return bytes_; }
  std::size_t count() const { return diverted_.size() + samples_.size(); }

 private:
  struct File {
    std::string name;
    std::uint64_t bytes = 0;
    UtcTime time;
  };
  void find(record::KeptBecause because);
  std::deque<File>& files_of(record::KeptBecause because);
  Result<void> make_room_on_disk(std::uint64_t bytes, record::KeptBecause because);
  bool give_up_one(record::KeptBecause because);
  Result<void> write(const std::string& file, std::span<const std::byte> content) const;
  void remove_oldest(std::deque<File>& files, DeletedBecause because);

  PictureSettings settings_;
  Clock& clock_;
  FreeBytes free_bytes_;
  std::deque<File> diverted_, samples_;  // oldest first
  std::uint64_t bytes_ = 0;
  std::vector<DeletedPictures> deleted_;
};

}  // namespace lineguard::station
