#include "temp_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <lineguard/core/files.h>
#include <lineguard/core/signature.h>

namespace lineguard {
namespace {

TEST(Signature, HoldsForItsTextDomainAndKeyOnly) {
  const auto key = SigningKey::generate("station 1"), other = SigningKey::generate("");
  ASSERT_TRUE(key && other);
  const std::string signature = key->sign("lineguard.anchor/1", "text");
  const PublicKey& half = key->public_key();
  EXPECT_EQ(signature.size(), 128u);
  EXPECT_TRUE(half.verify("lineguard.anchor/1", "text", signature));
  EXPECT_FALSE(half.verify("lineguard.anchor/1", "text ", signature));
  EXPECT_FALSE(half.verify("lineguard.release/1", "text", signature));
  EXPECT_FALSE(half.verify("lineguard.anchor/1\ntext", "", signature)) << "a domain is one line";
  EXPECT_FALSE(other->public_key().verify("lineguard.anchor/1", "text", signature));
  EXPECT_FALSE(half.verify("lineguard.anchor/1", "text", ""));
  EXPECT_FALSE(half.verify("lineguard.anchor/1", "text", std::string(128, 'g')));
  std::string changed = signature;
  changed[7] = changed[7] == 'a' ? 'b' : 'a';
  EXPECT_FALSE(half.verify("lineguard.anchor/1", "text", changed));
}

TEST(Signature, AKeyComesBackFromItsFileAndIsNeverOverwritten) {
  test::TempFolder folder;
  const auto file = folder / "station.key";
  const auto key = SigningKey::generate("line 3, station 1");
  ASSERT_TRUE(key);
  ASSERT_TRUE(key->write(file));
  struct stat status {};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  const auto read = SigningKey::read(file);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->public_key().text(), key->public_key().text());
  EXPECT_TRUE(key->public_key().verify("d", "t", read->sign("d", "t")));
  const auto again = key->write(file);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::already_exists);
}

TEST(Signature, AKeyThatOthersMayReadIsRefused) {
  test::TempFolder folder;
  const auto file = folder / "station.key";
  ASSERT_TRUE(SigningKey::generate("")->write(file));
  for (const mode_t mode : {0640, 0604, 0660, 0602}) {
    ASSERT_EQ(chmod(file.c_str(), mode), 0);
    const auto read = SigningKey::read(file);
    ASSERT_FALSE(read) << mode;
    EXPECT_EQ(read.error().code, ErrorCode::permission_denied);
    EXPECT_NE(read.error().message.find("station.key"), std::string::npos);
  }
}

TEST(Signature, WhatIsNoKeyIsRefusedByName) {
  test::TempFolder folder;
  const std::string digits(64, 'a'), start = "lineguard-ed25519-public ";
  EXPECT_TRUE(PublicKey::parse(start + digits + "\n"));
  EXPECT_EQ(PublicKey::parse(start + digits + " line 3\n")->name(), "line 3");
  for (const std::string& text :
       {std::string(), digits + "\n", start + digits, start + digits + " \n", start + digits + "b\n",
        start + digits.substr(1) + "\n", start + std::string(64, 'A') + "\n", start + digits + " a\nb\n",
        "lineguard-ed25519-seed " + digits + "\n", start + digits + " " + std::string(65, 'n') + "\n"}) {
    EXPECT_FALSE(PublicKey::parse(text)) << text;
  }
  const auto file = folder / "x.key";
  for (const std::string& text :
       {std::string(), std::string(32, '\1'), std::string(1000, 'x'), start + digits + "\n"}) {
    ASSERT_TRUE(write_file_atomically(file, text));
    ASSERT_EQ(chmod(file.c_str(), 0600), 0);
    const auto read = SigningKey::read(file);
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find("x.key"), std::string::npos);
  }
}

}  // namespace
}  // namespace lineguard
