#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <lineguard/core/files.h>
#include <lineguard/core/id.h>

namespace lineguard {
namespace {
namespace fs = std::filesystem;

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("lineguard-files-" + new_id());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator{}));
  }
  fs::path folder_;
};

TEST_F(Files, WritesAsideAndReplaces) {
  const fs::path file = folder_ / "deep" / "report.json";
  ASSERT_TRUE(write_file_atomically(file, "one"));
  ASSERT_TRUE(write_file_atomically(file, "two"));
  EXPECT_EQ(read_text_file(file).value(), "two");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "deep"), fs::directory_iterator{}), 1);
}

TEST_F(Files, ReadingErrorsNameTheFileAndTheReason) {
  EXPECT_EQ(read_file(folder_ / "none").error().code, ErrorCode::not_found);
  EXPECT_EQ(read_file(folder_).error().code, ErrorCode::invalid_argument);
  ASSERT_TRUE(write_file_atomically(folder_ / "big", "0123456789"));
  const auto big = read_file(folder_ / "big", 9);
  ASSERT_FALSE(big);
  EXPECT_EQ(big.error().code, ErrorCode::too_large);
  EXPECT_NE(big.error().message.find("10 bytes, allowed are 9"), std::string::npos);
}

TEST_F(Files, AFileThatCannotBeWrittenLeavesNothing) {
  ASSERT_TRUE(write_file_atomically(folder_ / "plain", "x"));
  const auto under_a_file = write_file_atomically(folder_ / "plain" / "report.json", "y");
  EXPECT_FALSE(under_a_file);
  fs::create_directories(folder_ / "taken");
  EXPECT_FALSE(write_file_atomically(folder_ / "taken", "y"));
  EXPECT_EQ(entries(), 2u);
}

TEST_F(Files, DevicesAndLinksAreWrittenThrough) {
  ASSERT_TRUE(write_file_atomically(folder_ / "report.json", "one"));
  fs::create_symlink(folder_ / "report.json", folder_ / "latest.json");
  ASSERT_TRUE(write_file_atomically(folder_ / "latest.json", "two"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "latest.json"));
  EXPECT_EQ(read_text_file(folder_ / "report.json").value(), "two");
  fs::create_symlink("/dev/full", folder_ / "full");
  const auto full = write_file_atomically(folder_ / "full", "x");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::disk_full);
  EXPECT_TRUE(fs::is_symlink(folder_ / "full"));
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

// /dev/full answers ENOSPC to every write.
TEST_F(Files, AFullDiskIsNamedAsSuch) {
  EXPECT_EQ(error_from_errno(ENOSPC, "x").code, ErrorCode::disk_full);
}

TEST_F(Files, StagedFolderAppearsWholeOrNotAtAll) {
  const fs::path target = folder_ / "package";
  {
    auto staged = StagedFolder::create(target);
    ASSERT_TRUE(staged);
    ASSERT_TRUE(write_file_atomically(staged->path() / "a.txt", "a"));
  }
  EXPECT_EQ(entries(), 0u);
  auto staged = StagedFolder::create(target);
  ASSERT_TRUE(staged);
  ASSERT_TRUE(write_file_atomically(staged->path() / "a.txt", "a"));
  EXPECT_FALSE(fs::exists(target));
  ASSERT_TRUE(staged->commit());
  EXPECT_EQ(read_text_file(target / "a.txt").value(), "a");
  EXPECT_EQ(StagedFolder::create(target).error().code, ErrorCode::already_exists);
}

TEST_F(Files, WhatIsBeingWrittenIsKnownByItsName) {
  auto staged = StagedFolder::create(folder_ / "package-1/");
  ASSERT_TRUE(staged);
  EXPECT_TRUE(is_staging(staged->path()));
  EXPECT_TRUE(is_staging(staging_name(folder_ / "package-1")));
  EXPECT_EQ(staged->path().parent_path(), folder_);
  EXPECT_EQ(staged_beside(folder_ / "package-1"), std::vector{staged->path()});
  EXPECT_TRUE(staged_beside(folder_ / "package").empty());
  EXPECT_TRUE(staged_beside(folder_ / "nowhere" / "package").empty());
  for (const char* name : {"package-1", "package.tmp-", ".tmp-12", "tiles.tmp-old-one"}) EXPECT_FALSE(is_staging(name));
}

TEST_F(Files, ANameMayBeAsLongAsTheSystemAllows) {
  const std::string longest(255, 'x');
  ASSERT_TRUE(write_file_atomically(folder_ / longest, "1"));
  EXPECT_EQ(*read_text_file(folder_ / longest), "1");
  const auto aside = staging_name(folder_ / longest);
  EXPECT_TRUE(is_staging(aside));
  ASSERT_TRUE(write_file_atomically(aside, "2"));
  EXPECT_EQ(staged_beside(folder_ / longest), std::vector{aside});
}

TEST_F(Files, StagedFolderReplaces) {
  const fs::path target = folder_ / "package";
  for (const char* content : {"one", "two"}) {
    auto staged = StagedFolder::create(target, true);
    ASSERT_TRUE(staged);
    ASSERT_TRUE(write_file_atomically(staged->path() / "a.txt", content));
    ASSERT_TRUE(staged->commit());
  }
  EXPECT_EQ(read_text_file(target / "a.txt").value(), "two");
  EXPECT_EQ(entries(), 1u);
}

}  // namespace
}  // namespace lineguard
