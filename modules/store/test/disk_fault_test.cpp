// A full disk, made by answering SQLite's own write calls with ENOSPC.
#include "temp_folder.h"

#include <cerrno>
#include <filesystem>
#include <functional>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <lineguard/store/rows.h>

namespace lineguard::store {
namespace {

std::function<bool()> g_disk_is_full;

ssize_t faulty_pwrite(int descriptor, const void* bytes, size_t count, off_t offset) {
  if (g_disk_is_full && g_disk_is_full()) {
    errno = ENOSPC;
    return -1;
  }
  return pwrite(descriptor, bytes, count, offset);
}

class DiskFault : public testing::Test {
 protected:
  void SetUp() override {
    auto* vfs = sqlite3_vfs_find(nullptr);
    for (const char* call : {"pwrite", "pwrite64"}) {
      vfs->xSetSystemCall(vfs, call, reinterpret_cast<sqlite3_syscall_ptr>(faulty_pwrite));
    }
  }
  void TearDown() override {
    g_disk_is_full = nullptr;
    auto* vfs = sqlite3_vfs_find(nullptr);
    vfs->xSetSystemCall(vfs, nullptr, nullptr);
  }
  std::unique_ptr<Rows> open_with(std::uint64_t reserve_bytes) {
    auto rows = open_sqlite(file_, {.reserve_bytes = reserve_bytes});
    EXPECT_TRUE(rows) << rows.error().message;
    const Statement make{"CREATE TABLE parts(number INTEGER PRIMARY KEY)", {}};
    EXPECT_TRUE((*rows)->write({&make, 1}));
    return std::move(*rows);
  }
  Result<void> insert(Rows& rows, std::int64_t number) {
    const Statement statement{"INSERT INTO parts VALUES($1)", {number}};
    return rows.write({&statement, 1});
  }
  std::int64_t count(Rows& rows) {
    std::int64_t number = -1;
    EXPECT_TRUE(rows.query({"SELECT count(*) FROM parts", {}}, [&](const Row& row) {
      number = std::get<std::int64_t>(row[0]);
      return true;
    }));
    return number;
  }
  test::TempFolder folder_;
  std::filesystem::path file_ = folder_ / "events.db";
};

TEST_F(DiskFault, AFullDiskIsSaidAndNothingIsHalfWritten) {
  auto rows = open_with(0);
  ASSERT_TRUE(insert(*rows, 1));
  g_disk_is_full = [] { return true; };
  auto written = insert(*rows, 2);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::disk_full);
  g_disk_is_full = nullptr;
  EXPECT_EQ(count(*rows), 1);
  EXPECT_TRUE(insert(*rows, 2)) << "works on when there is room again";
  EXPECT_TRUE(rows->check_integrity());
}

TEST_F(DiskFault, TheReserveCarriesTheWriteThatFoundTheDiskFull) {
  auto rows = open_with(1 << 16);
  const auto reserve = file_.string() + ".reserve";
  ASSERT_TRUE(std::filesystem::exists(reserve));
  g_disk_is_full = [&] { return std::filesystem::exists(reserve); };
  EXPECT_TRUE(insert(*rows, 1));
  g_disk_is_full = nullptr;
  EXPECT_EQ(rows->reserved_bytes(), 0u) << "the station must say that its reserve is in use";
  EXPECT_EQ(count(*rows), 1);
}

}  // namespace
}  // namespace lineguard::store
