#include "temp_folder.h"

#include <filesystem>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/package/package.h>

namespace lineguard::package {
namespace {

Manifest some_manifest() {
  Manifest manifest;
  manifest.name = "tiles";
  manifest.version = 3;
  manifest.preprocessing.input_px = 320;
  manifest.preprocessing.roi = Box{0.1, 0.2, 0.5, 0.6};
  manifest.backbone_name = "efficientnet-lite0";
  manifest.training.dataset_fingerprint = std::string(64, 'a');
  manifest.training.defective_above = 0.5;
  manifest.preprocessing.lighting = imaging::Lighting::local_contrast;
  manifest.training.allowed_checks = {"duplicate", "say \"so\"\n"};
  manifest.metrics = {{"image AUROC", 0.9, 0.8, 0.95, 61}};
  manifest.region_threshold = 0.1 + 0.2;
  manifest.golden_spread = 2;
  return manifest;
}

class Package : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(write_file_atomically(folder_ / "network.xml", "<net/>"));
    ASSERT_TRUE(write_file_atomically(folder_ / "network.bin", "0123456789"));
    ASSERT_TRUE(write_golden(folder_.path(), {{"good_1.png", 0.25}, {"defect_1.png", 1.0 / 3.0}}));
    auto digest = write_manifest(folder_.path(), some_manifest());
    ASSERT_TRUE(digest) << digest.error().message;
    digest_ = *digest;
  }
  test::TempFolder folder_;
  std::string digest_;
};

TEST_F(Package, ManifestReadsBackAsWritten) {
  auto manifest = read_manifest(folder_.path());
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->digest, digest_);
  EXPECT_EQ(manifest->version, 3);
  EXPECT_EQ(manifest->preprocessing, some_manifest().preprocessing);
  EXPECT_EQ(manifest->training.allowed_checks, some_manifest().training.allowed_checks);
  EXPECT_EQ(manifest->training.defective_above, 0.5);
  EXPECT_EQ(manifest->region_threshold, 0.1 + 0.2);
  EXPECT_EQ(manifest->metrics.at(0).n, 61);
  EXPECT_EQ(read_golden(folder_.path())->at(1).score, 1.0 / 3.0);
  EXPECT_TRUE(verify_digest(folder_.path(), *manifest));
}

TEST_F(Package, OneChangedByteAnywhereIsNoticed) {
  const auto manifest = read_manifest(folder_.path());
  for (const char* name : {"network.xml", "network.bin", "golden/scores.toml"}) {
    const auto file = folder_ / name;
    const std::string before = read_text_file(file).value();
    std::string changed = before;
    changed.back() ^= 1;
    ASSERT_TRUE(write_file_atomically(file, changed));
    const auto verified = verify_digest(folder_.path(), *manifest);
    ASSERT_FALSE(verified) << name;
    EXPECT_EQ(verified.error().code, ErrorCode::corrupt_data);
    EXPECT_NE(verified.error().message.find("(\"" + std::string(name) + "\" is another)"), std::string::npos)
        << verified.error().message;
    ASSERT_TRUE(write_file_atomically(file, before));
  }
  std::string text = read_text_file(folder_ / "manifest.toml").value();
  text.replace(text.find("version = 3"), 11, "version = 4");
  ASSERT_TRUE(write_file_atomically(folder_ / "manifest.toml", text));
  EXPECT_FALSE(verify_digest(folder_.path(), *read_manifest(folder_.path())));
}

TEST_F(Package, FilesThatCameOrWentAreNamed) {
  const auto manifest = read_manifest(folder_.path());
  std::filesystem::remove(folder_ / "network.bin");
  ASSERT_TRUE(write_file_atomically(folder_ / "notes.txt", "x"));
  const auto verified = verify_digest(folder_.path(), *manifest);
  ASSERT_FALSE(verified);
  EXPECT_NE(verified.error().message.find(R"(("network.bin" is missing, "notes.txt" was added))"), std::string::npos)
      << verified.error().message;
}

TEST_F(Package, ListOfFilesThatWasChangedIsNoticedAndOldPackagesHaveNone) {
  const auto manifest = read_manifest(folder_.path());
  ASSERT_TRUE(write_file_atomically(folder_ / "files.sha256", "x  network.bin\n"));
  EXPECT_FALSE(verify_digest(folder_.path(), *manifest));
  std::filesystem::remove(folder_ / "files.sha256");
  const auto verified = verify_digest(folder_.path(), *manifest);
  ASSERT_FALSE(verified);
  EXPECT_NE(verified.error().message.find("\"files.sha256\" is missing, or the package is older"), std::string::npos)
      << verified.error().message;
  ASSERT_TRUE(std::filesystem::create_directory(folder_ / "files.sha256"));
  EXPECT_EQ(verify_digest(folder_.path(), *manifest).error().code, ErrorCode::corrupt_data);
  std::filesystem::remove(folder_ / "files.sha256");
  Manifest old = *manifest;
  old.digest = compute_digest(folder_.path()).value();
  EXPECT_TRUE(verify_digest(folder_.path(), old));
}

// What people write may be wrong; what Lineguard wrote can only be damaged.
TEST_F(Package, BadContentIsDamageWithFileAndLine) {
  ASSERT_TRUE(write_file_atomically(folder_ / "manifest.toml", "name = 3\n"));
  ASSERT_TRUE(write_file_atomically(folder_ / "operating_points" / "default.toml", "]["));
  ASSERT_TRUE(write_file_atomically(folder_ / "golden" / "scores.toml", "[[picture]]\nfile = '../x'\nscore = 1\n"));
  const auto manifest = read_manifest(folder_.path());
  EXPECT_EQ(manifest.error().code, ErrorCode::corrupt_data);
  EXPECT_NE(manifest.error().message.find("manifest.toml:1"), std::string::npos);
  EXPECT_EQ(read_operating_point(folder_.path(), "default").error().code, ErrorCode::corrupt_data);
  EXPECT_EQ(read_operating_point(folder_.path(), "../x").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(read_golden(folder_.path()).error().code, ErrorCode::corrupt_data);
}

TEST_F(Package, OperatingPointsAndAcceptanceDoNotChangeTheDigest) {
  OperatingPoint point;
  point.threshold = 0.7;
  point.method = "test";
  ASSERT_TRUE(write_operating_point(folder_.path(), point));
  ASSERT_TRUE(write_file_atomically(folder_ / "acceptance" / "release.toml", "who = 'me'"));
  EXPECT_TRUE(verify_digest(folder_.path(), *read_manifest(folder_.path())));
  auto read = read_operating_point(folder_.path(), "default");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->threshold, 0.7);
  EXPECT_FALSE(read->miss_bound.has_value());
}

TEST_F(Package, AnOperatingPointChangedByHandIsRefused) {
  ASSERT_TRUE(write_operating_point(folder_.path(), OperatingPoint{}));
  const auto file = folder_ / "operating_points" / "default.toml";
  std::string text = read_text_file(file).value();
  text.replace(text.find("threshold = 0.0"), 15, "threshold = 9.0");
  ASSERT_TRUE(write_file_atomically(file, text));
  EXPECT_EQ(read_operating_point(folder_.path(), "default").error().code, ErrorCode::corrupt_data);
  EXPECT_EQ(read_operating_point(folder_.path(), "strict").error().code, ErrorCode::not_found);
}

TEST_F(Package, LearnedPicturesReadBackAndDamageNamesItsLine) {
  EXPECT_TRUE(read_learned(folder_.path())->empty());
  const std::set<std::string> digests{std::string(64, 'a'), std::string(64, '0')};
  ASSERT_TRUE(write_learned(folder_.path(), digests));
  EXPECT_EQ(*read_learned(folder_.path()), digests);
  ASSERT_TRUE(write_file_atomically(folder_ / "learned.sha256", std::string(64, 'a') + "\nx\n"));
  const auto damaged = read_learned(folder_.path());
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, ErrorCode::corrupt_data);
  EXPECT_NE(damaged.error().message.find("learned.sha256:2"), std::string::npos) << damaged.error().message;
}

TEST_F(Package, NamesThatCouldLeaveTheFolderAreRefused) {
  for (const char* name : {"", "../x", "a/b", ".hidden", "a b"}) EXPECT_FALSE(validate_name(name)) << name;
  EXPECT_TRUE(validate_name("line-1_tiles.v2"));
}

}  // namespace
}  // namespace lineguard::package
