#include <array>
#include <cerrno>
#include <string_view>

#include <fmt/format.h>
#include <sys/vfs.h>

#include <lineguard/core/files.h>
#include <lineguard/store/local_disk.h>

namespace lineguard::store {
namespace {

struct RefusedFileSystem {
  std::uint32_t magic;
  std::string_view name;
  std::string_view why;
};

constexpr std::string_view kNetwork = "a network file system";
constexpr std::string_view kUserSpace = "a file system of a program (as sshfs, s3fs, NTFS-3G)";
constexpr std::string_view kShared = "a folder of another system (a host's, or a cluster's)";
// Numbers of statfs(2), the kernel's magic.h and the file systems' own sources.
constexpr auto kRefused = std::to_array<RefusedFileSystem>({
    {0x6969, "NFS", kNetwork},
    {0xFF534D42, "CIFS", kNetwork},
    {0xFE534D42, "SMB 2 or 3", kNetwork},
    {0x517B, "SMB", kNetwork},
    {0x564C, "NCP", kNetwork},
    {0x5346414F, "AFS", kNetwork},
    {0x6B414653, "AFS", kNetwork},
    {0x73757245, "Coda", kNetwork},
    {0x00C36400, "Ceph", kNetwork},
    {0x0BD00BD0, "Lustre", kNetwork},
    {0x47504653, "GPFS", kNetwork},
    {0xAAD7AAEA, "PanFS", kNetwork},
    {0x19830326, "BeeGFS", kNetwork},
    {0x65735546, "FUSE", kUserSpace},
    {0x01021997, "9P", kShared},
    {0x786F4256, "VirtualBox shared folder", kShared},
    {0xBACBACBC, "VMware shared folder", kShared},
    {0x01161970, "GFS2", kShared},
    {0x7461636F, "OCFS2", kShared},
});

// The nearest folder above that exists: the others will be made in it.
std::filesystem::path existing_folder(const std::filesystem::path& file) {
  std::error_code code;
  std::filesystem::path folder = std::filesystem::absolute(file, code).parent_path();
  while (folder.has_relative_path() && !std::filesystem::is_directory(folder, code)) folder = folder.parent_path();
  return folder;
}

}  // namespace

Result<std::uint32_t> file_system_type(const std::filesystem::path& folder) {
  struct statfs found {};
  if (statfs(folder.c_str(), &found) != 0) return error_from_errno(errno, "cannot look at " + folder.string());
  return static_cast<std::uint32_t>(found.f_type);
}

Result<void> require_local_disk(const std::filesystem::path& file, const FileSystemType& type_of) {
  const std::filesystem::path folder = existing_folder(file);
  LINEGUARD_ASSIGN(const std::uint32_t type, type_of(folder));
  for (const RefusedFileSystem& refused : kRefused) {
    if (type == refused.magic)
      return make_error(
          ErrorCode::unsupported,
          fmt::format("{} would be on {} ({}): events there may be lost after a power loss, and two writers are not "
                      "told apart. Keep the record on a disk of this machine (ext4, XFS, Btrfs, ZFS, F2FS) and copy it "
                      "from there; anchor_copy may be on another machine",
                      file.string(), refused.why, refused.name));
  }
  return {};
}

std::string warning_of_place(const std::filesystem::path& file, const FileSystemType& type_of) {
  constexpr std::uint32_t kTmpfs = 0x01021994, kRamfs = 0x858458F6;
  const auto type = type_of(existing_folder(file));
  if (!type || (*type != kTmpfs && *type != kRamfs)) return "";
  return file.string() + " is in memory (tmpfs or ramfs): nothing of it is left after a power loss";
}

}  // namespace lineguard::store
