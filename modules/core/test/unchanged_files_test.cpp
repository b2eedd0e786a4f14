#include <filesystem>

#include <gtest/gtest.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/core/id.h>
#include <lineguard/core/unchanged_files.h>

namespace lineguard {
namespace {
namespace fs = std::filesystem;

class UnchangedFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    file_ = fs::temp_directory_path() / ("lineguard-unchanged-" + new_id());
    ASSERT_TRUE(write_file_atomically(file_, "one"));
  }
  void TearDown() override { fs::remove(file_); }
  fs::path file_;
};

TEST_F(UnchangedFilesTest, AFileThatStaysIsReadAsOften) {
  const UnchangedFiles files({file_});
  EXPECT_TRUE(read_file(file_));
  EXPECT_TRUE(sha256_hex_of_file(file_));
  EXPECT_TRUE(read_text_file(file_));
  EXPECT_TRUE(files.check());
}

TEST_F(UnchangedFilesTest, OtherBytesAtTheSecondReadingAreAnErrorThatNamesTheFile) {
  const UnchangedFiles files({file_});
  ASSERT_TRUE(sha256_hex_of_file(file_));
  ASSERT_TRUE(write_file_atomically(file_, "two"));
  const auto again = read_file(file_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::corrupt_data);
  EXPECT_NE(again.error().message.find(file_.string()), std::string::npos);
  EXPECT_FALSE(files.check());
}

// Whoever reads may go on without a file that it can't read: the work's result must not be kept then.
TEST_F(UnchangedFilesTest, CheckRemembersAFileThatVanishedAndCameBack) {
  const UnchangedFiles files({file_});
  ASSERT_TRUE(read_file(file_));
  fs::remove(file_);
  EXPECT_EQ(sha256_hex_of_file(file_).error().code, ErrorCode::not_found);
  ASSERT_TRUE(write_file_atomically(file_, "one"));
  EXPECT_TRUE(read_file(file_));
  EXPECT_FALSE(files.check());
}

TEST_F(UnchangedFilesTest, OtherFilesAndOtherTimesAreNoConcern) {
  { const UnchangedFiles files({file_.string() + "-other"}); }
  const UnchangedFiles other({file_.string() + "-other"});
  ASSERT_TRUE(read_file(file_));
  ASSERT_TRUE(write_file_atomically(file_, "two"));
  EXPECT_TRUE(read_file(file_));
  EXPECT_TRUE(other.check());
}

}  // namespace
}  // namespace lineguard
