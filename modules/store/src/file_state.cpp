#include "file_state.h"

#include <array>
#include <cerrno>
#include <string_view>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <lineguard/core/files.h>

namespace lineguard::store {
namespace {

struct NetworkFileSystem {
  std::uint32_t magic;
  std::string_view name;
};
// Numbers of statfs(2) and the kernel's magic.h.
constexpr auto kNetworkFileSystems = std::to_array<NetworkFileSystem>({{0x6969, "NFS"},
                                                                       {0xFF534D42, "CIFS"},
                                                                       {0xFE534D42, "SMB"},
                                                                       {0x517B, "SMB"},
                                                                       {0x564C, "NCP"},
                                                                       {0x5346414F, "AFS"},
                                                                       {0x73757245, "CODA"},
                                                                       {0x00C36400, "Ceph"},
                                                                       {0x0BD00BD0, "Lustre"},
                                                                       {0x47504653, "GPFS"}});

}  // namespace

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

Result<void> require_local_disk(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  struct statfs found {};
  if (statfs(folder.c_str(), &found) != 0) return error_from_errno(errno, "cannot look at " + folder.string());
  for (const NetworkFileSystem& network : kNetworkFileSystems) {
    if (static_cast<std::uint32_t>(found.f_type) == network.magic)
      return make_error(ErrorCode::unsupported,
                        fmt::format("{} is on a network file system ({}): a record is kept on a disk of this machine, "
                                    "and copied from there",
                                    file.string(), network.name));
  }
  return {};
}

}  // namespace lineguard::store
