#include "outputs.h"

#include "temp_folder.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>

namespace lineguard::app {
namespace {

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(Outputs, FolderIsMadeAndLeftEmpty) {
  const test::TempFolder folder;
  ASSERT_TRUE(prepare_output_folder(folder / "a" / "b"));
  EXPECT_EQ(files_in(folder / "a" / "b"), 0u);
}

TEST(Outputs, FolderThatCannotBeWrittenIsNamed) {
  const test::TempFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "file", std::string_view("x")));
  const auto in_the_way = prepare_output_folder(folder / "file");
  ASSERT_FALSE(in_the_way);
  EXPECT_NE(in_the_way.error().message.find("output folder"), std::string::npos) << in_the_way.error().message;
  const auto kernel = prepare_output_folder("/proc/self");  // read-only even for root
  ASSERT_FALSE(kernel);
  EXPECT_NE(kernel.error().message.find("/proc/self"), std::string::npos);
}

TEST(Outputs, FileThatIsAFolderIsRefused) {
  const test::TempFolder folder;
  EXPECT_EQ(prepare_output_file(folder.path()).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(LineWriter::open(folder.path()).error().code, ErrorCode::invalid_argument);
}

TEST(LineWriter, FileAppearsOnlyWhenComplete) {
  const test::TempFolder folder;
  {
    auto writer = LineWriter::open(folder / "lines.jsonl");
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->write("one"));
    EXPECT_FALSE(std::filesystem::exists(folder / "lines.jsonl"));
    ASSERT_TRUE(writer->write("two"));
    ASSERT_TRUE(writer->finish());
  }
  EXPECT_EQ(*read_text_file(folder / "lines.jsonl"), "one\ntwo\n");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(LineWriter, GivenUpLeavesTheOldFileAsItWas) {
  const test::TempFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "lines.jsonl", std::string_view("old")));
  {
    auto writer = LineWriter::open(folder / "lines.jsonl");
    ASSERT_TRUE(writer->write("new"));
  }
  EXPECT_EQ(*read_text_file(folder / "lines.jsonl"), "old");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(LineWriter, FullDiskIsSaid) {
  auto writer = LineWriter::open("/dev/full");  // a device is written as it is
  ASSERT_TRUE(writer) << writer.error().message;
  EXPECT_EQ(writer->write("line").error().code, ErrorCode::disk_full);
}

}  // namespace
}  // namespace lineguard::app
