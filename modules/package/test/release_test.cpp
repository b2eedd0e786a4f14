#include "temp_folder.h"

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/package/release.h>
#include <lineguard/package/ruled_point.h>
#include <lineguard/package/signed_document.h>

namespace lineguard::package {
namespace {

class Releases : public ::testing::Test {
 protected:
  Releases() {
    trusted_.push_back(key_.public_key());
    OperatingPoint point;
    point.id = "careful";
    EXPECT_TRUE(write_operating_point(folder_.path(), point));
    point_digest_ = read_ruled_point(folder_.path(), "careful")->digest;
  }

  Release release(bool allowed = true) const {
    Release release;
    release.allowed = allowed;
    release.package_name = "tiles";
    release.package_digest = std::string(64, 'a');
    release.operating_point = "careful";
    release.operating_point_digest = point_digest_;
    release.recipe = "tiles-white";
    release.by = "Anna";
    release.reason = "accepted on lot 7";
    release.at = "2026-12-01T00:00:00Z";
    return release;
  }
  Result<Release> append(bool allowed = true) {
    return append_release(folder_.path(), release(allowed), key_, trusted_);
  }
  std::string refusal(const std::string& digest = std::string(64, 'a'), const std::string& recipe = "tiles-white") {
    const auto checked = check_released(folder_.path(), {digest, "careful", recipe}, trusted_);
    return checked ? std::string() : checked.error().message;
  }
  std::filesystem::path file(int number) const {
    return folder_ / ("acceptance/releases/00000" + std::to_string(number) + ".json");
  }
  void change(const std::filesystem::path& file, const std::string& from, const std::string& to) {
    std::string text = *read_text_file(file);
    text.replace(text.find(from), from.size(), to);
    EXPECT_TRUE(write_file_atomically(file, text));
  }

  test::TempFolder folder_;
  SigningKey key_ = SigningKey::generate("anna").value();
  std::vector<PublicKey> trusted_;
  std::string point_digest_;
};

TEST_F(Releases, WhatNobodyReleasedIsRefused) {
  EXPECT_NE(refusal().find("is not released"), std::string::npos);
}

TEST_F(Releases, AReleaseAllowsOnePointOnOneRecipe) {
  ASSERT_TRUE(append());
  EXPECT_EQ(refusal(), "");
  EXPECT_NE(refusal(std::string(64, 'a'), "tiles-black").find("is not released"), std::string::npos);
  EXPECT_NE(refusal(std::string(64, 'b')).find("another package"), std::string::npos);
}

TEST_F(Releases, IsTakenBackAndGivenAgain) {
  ASSERT_TRUE(append());
  ASSERT_TRUE(append(false));
  EXPECT_NE(refusal().find("taken back by Anna"), std::string::npos);
  ASSERT_TRUE(append());
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(read_releases(folder_.path(), trusted_)->size(), 3u);
}

TEST_F(Releases, AnotherOperatingPointUnderTheSameIdIsNotReleased) {
  ASSERT_TRUE(append());
  OperatingPoint point;
  point.id = "careful";
  point.threshold = 5;
  ASSERT_TRUE(write_operating_point(folder_.path(), point));
  EXPECT_NE(refusal().find("another than the one"), std::string::npos);
}

TEST_F(Releases, AChangedByteIsNoticed) {
  ASSERT_TRUE(append());
  const std::string text = *read_text_file(file(1));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(verify_document(changed, kReleaseSchema, trusted_)) << "byte " << i;
  }
  EXPECT_FALSE(verify_document(text, "another purpose", trusted_));
}

TEST_F(Releases, AKeyThatIsNotTrustedIsNamed) {
  ASSERT_TRUE(append());
  trusted_ = {SigningKey::generate("berta").value().public_key()};
  EXPECT_NE(refusal().find("not trusted"), std::string::npos);
  EXPECT_NE(refusal().find("berta"), std::string::npos);
}

TEST_F(Releases, ARemovedOrExchangedOneIsNoticed) {
  ASSERT_TRUE(append());
  ASSERT_TRUE(append(false));
  ASSERT_TRUE(append());
  std::filesystem::remove(file(2));
  EXPECT_NE(refusal().find("is missing"), std::string::npos);
  std::filesystem::copy_file(file(3), file(2));
  EXPECT_NE(refusal().find("release number 3"), std::string::npos);
}

TEST_F(Releases, WithoutANameOrReasonThereIsNone) {
  Release unnamed = release();
  unnamed.by.clear();
  EXPECT_FALSE(append_release(folder_.path(), unnamed, key_, trusted_));
}

}  // namespace
}  // namespace lineguard::package
