#include "temp_folder.h"

#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <lineguard/core/files.h>
#include <lineguard/core/limits.h>
#include <lineguard/package/contents.h>

namespace lineguard::package {
namespace {
namespace fs = std::filesystem;

class Contents : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(write_file_atomically(folder_ / "network.xml", "<net/>"));
    ASSERT_TRUE(write_file_atomically(folder_ / "network.bin", "0123456789"));
    ASSERT_TRUE(write_golden(folder_.path(), {{"good_1.png", 0.25}}));
    Manifest manifest;
    manifest.name = "tiles";
    ASSERT_TRUE(write_manifest(folder_.path(), manifest));
    ASSERT_TRUE(write_operating_point(folder_.path(), {}));
  }
  PackageContents read() {
    auto contents = read_contents(folder_.path());
    EXPECT_TRUE(contents) << contents.error().message;
    return contents ? *contents : PackageContents{};
  }
  ErrorCode refusal() {
    const auto contents = read_contents(folder_.path());
    EXPECT_FALSE(contents);
    return contents ? ErrorCode::internal : contents.error().code;
  }
  test::TempFolder folder_;
};

TEST_F(Contents, WhatWasVerifiedIsWhatIsRead) {
  const PackageContents contents = read();
  ASSERT_TRUE(write_file_atomically(folder_ / "network.bin", "9876543210"));
  ASSERT_TRUE(write_file_atomically(folder_ / "golden/scores.toml", ""));
  fs::remove(folder_ / "manifest.toml");
  fs::remove_all(folder_ / "operating_points");
  const auto manifest = verify(contents);
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->name, "tiles");
  EXPECT_EQ(*contents.text("network.bin"), "0123456789");
  EXPECT_EQ(read_golden(contents)->size(), 1u);
  EXPECT_EQ(read_ruled_point(contents, "default")->point.id, "default");
  EXPECT_EQ(compute_digest(contents).value(), manifest->digest);
  EXPECT_EQ(read_ruled_point(contents, "strict").error().code, ErrorCode::not_found);
  EXPECT_EQ(contents.file("nothing").error().code, ErrorCode::corrupt_data);
}

TEST_F(Contents, LinksPipesAndDevicesAreNoPartOfAPackage) {
  fs::create_symlink(folder_ / "network.bin", folder_ / "other.bin");
  EXPECT_EQ(refusal(), ErrorCode::corrupt_data);
  fs::remove(folder_ / "other.bin");
  ASSERT_EQ(mkfifo((folder_ / "golden" / "pipe.png").c_str(), 0600), 0);
  EXPECT_EQ(refusal(), ErrorCode::corrupt_data);
  fs::remove(folder_ / "golden" / "pipe.png");
  EXPECT_TRUE(read_contents(folder_.path()));
}

TEST_F(Contents, FilesAndFoldersAreBounded) {
  ASSERT_TRUE(write_file_atomically(folder_ / "a/b/c/d/e/f", "deep"));
  EXPECT_EQ(refusal(), ErrorCode::too_large);
  fs::remove_all(folder_ / "a");
  for (std::size_t i = 0; i < limits::kPackageFiles; ++i) fs::create_directory(folder_ / fmt::format("folder_{}", i));
  EXPECT_EQ(refusal(), ErrorCode::too_large);
}

TEST_F(Contents, WhatNothingRunsFromIsLeftAlone) {
  fs::create_directories(folder_ / "acceptance");
  fs::create_symlink("nowhere", folder_ / "acceptance" / "signed");
  EXPECT_FALSE(read().files.contains("acceptance/signed"));
}

TEST_F(Contents, ManyGoldenPicturesAreRefusedBeforeTheyAreRead) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "[[picture]]\nfile = \"good_1.png\"\nscore = 0.25\n";
  ASSERT_TRUE(write_file_atomically(folder_ / "golden/scores.toml", text));
  EXPECT_EQ(read_golden(read()).error().code, ErrorCode::too_large);
  ASSERT_TRUE(write_file_atomically(folder_ / "golden/scores.toml", std::string(limits::kToml.bytes + 1, '#')));
  EXPECT_EQ(read_golden(read()).error().code, ErrorCode::too_large);
}

TEST_F(Contents, ValuesThatWouldCostWithoutEndAreRefused) {
  const std::string manifest = read_text_file(folder_ / "manifest.toml").value();
  for (const std::string bad :
       {"tile_px = 1", "roi = [0.5, 0.5, 0.6, 0.5]", "roi = [0, 0, 0, 1]", "roi = [nan, 0, 1, 1]"}) {
    std::string text = manifest;
    text.replace(text.find("window_low"), 0, bad + "\n");
    ASSERT_TRUE(write_file_atomically(folder_ / "manifest.toml", text));
    const auto read = read_manifest(folder_.path());
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, ErrorCode::corrupt_data);
  }
}

TEST_F(Contents, DiskWatchSeesWritesAndNotTouches) {
  DiskWatch watch(read(), "default");
  EXPECT_EQ(watch.find_change(), "");
  ASSERT_TRUE(write_file_atomically(folder_ / "network.bin", "0123456789"));  // the same once more
  EXPECT_EQ(watch.find_change(), "");
  ASSERT_TRUE(write_operating_point(folder_.path(), {.id = "another"}));
  EXPECT_EQ(watch.find_change(), "");
  ASSERT_TRUE(write_file_atomically(folder_ / "network.bin", "9876543210"));
  EXPECT_EQ(watch.find_change(), "\"network.bin\" is another");
  fs::remove(folder_ / "operating_points/default.toml");
  EXPECT_NE(watch.find_change().find("\"operating_points/default.toml\" can't be read any more"), std::string::npos);
  ASSERT_TRUE(write_operating_point(folder_.path(), {}));
  ASSERT_TRUE(write_file_atomically(folder_ / "network.bin", "0123456789"));
  EXPECT_EQ(watch.find_change(), "");
}

}  // namespace
}  // namespace lineguard::package
