#include "temp_folder.h"

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/package/reading.h>

namespace lineguard::package {
namespace {

TEST(PackageReading, ComesBack) {
  const test::TempFolder folder;
  const auto reading = imaging::reading_from_text("tiff 1,2");
  ASSERT_TRUE(write_reading(folder.path(), *reading));
  const auto read = read_reading(folder.path());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, *reading);
}

TEST(PackageReading, NoneIsNoFile) {
  const test::TempFolder folder;
  ASSERT_TRUE(write_reading(folder.path(), {}));
  EXPECT_FALSE(std::filesystem::exists(folder / "reading.toml"));
  EXPECT_TRUE(read_reading(folder.path())->empty());
}

TEST(PackageReading, DamageIsNamed) {
  const test::TempFolder folder;
  for (const char* text : {"read_as = \"pages\"\n", "read_as = 3\n", "reed_as = \"tiff 1\"\n", ""}) {
    ASSERT_TRUE(write_file_atomically(folder / "reading.toml", std::string(text)));
    const auto read = read_reading(folder.path());
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::corrupt_data);
    EXPECT_NE(read.error().message.find("reading.toml"), std::string::npos) << read.error().message;
  }
}

}  // namespace
}  // namespace lineguard::package
