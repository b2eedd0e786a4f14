#include "temp_folder.h"

#include <gtest/gtest.h>

#include <lineguard/store/local_disk.h>

namespace lineguard::store {
namespace {

Result<void> on(std::uint32_t type, const std::filesystem::path& file) {
  return require_local_disk(file, [&](const std::filesystem::path&) { return Result<std::uint32_t>(type); });
}

TEST(LocalDisk, FileSystemsThatPromiseNothingAreRefusedByName) {
  const std::pair<std::uint32_t, const char*> cases[] = {{0x6969, "a network file system (NFS)"},
                                                         {0xFF534D42, "a network file system (CIFS)"},
                                                         {0xFE534D42, "(SMB 2 or 3)"},
                                                         {0x65735546, "(as sshfs, s3fs, NTFS-3G) (FUSE)"},
                                                         {0x01021997, "a folder of another system"},
                                                         {0x00C36400, "(Ceph)"}};
  for (const auto& [type, words] : cases) {
    const auto allowed = on(type, "record.db");
    ASSERT_FALSE(allowed) << words;
    EXPECT_EQ(allowed.error().code, ErrorCode::unsupported);
    EXPECT_NE(allowed.error().message.find(words), std::string::npos) << allowed.error().message;
    EXPECT_NE(allowed.error().message.find("ext4, XFS"), std::string::npos) << "says what is allowed";
  }
}

TEST(LocalDisk, DisksOfThisMachineAreTaken) {
  for (const std::uint32_t type :
       {0xEF53u, 0x58465342u, 0x9123683Eu, 0x2FC12FC1u, 0xF2F52010u, 0x794C7630u, 0x01021994u})
    EXPECT_TRUE(on(type, "record.db")) << type;
}

TEST(LocalDisk, APlaceInMemoryIsWarnedOf) {
  const auto warning = [](std::uint32_t type) {
    return warning_of_place("record.db", [=](const std::filesystem::path&) { return Result<std::uint32_t>(type); });
  };
  EXPECT_NE(warning(0x01021994).find("is in memory"), std::string::npos);
  EXPECT_EQ(warning(0xEF53), "");
}

TEST(LocalDisk, AsksForTheFolderThatIsThere) {
  test::TempFolder folder;
  std::filesystem::path asked;
  ASSERT_TRUE(require_local_disk(folder / "not" / "made" / "record.db", [&](const std::filesystem::path& path) {
    asked = path;
    return Result<std::uint32_t>(0xEF53u);
  }));
  EXPECT_EQ(asked, folder.path());
  EXPECT_TRUE(file_system_type(folder.path()));
  EXPECT_FALSE(file_system_type(folder / "absent"));
}

}  // namespace
}  // namespace lineguard::store
