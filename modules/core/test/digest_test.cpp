#include <gtest/gtest.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/id.h>

namespace lineguard {
namespace {

// FIPS 180-2, appendix B.1.
TEST(Digest, KnownVector) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, MissingFileIsNotFound) {
  EXPECT_EQ(sha256_hex_of_file("/nonexistent").error().code, ErrorCode::not_found);
  EXPECT_EQ(sha256_hex_of_file("/dev/zero").error().code, ErrorCode::invalid_argument) << "it never ends";
}

TEST(Id, IsLongAndDiffers) {
  EXPECT_EQ(new_id().size(), 32u);
  EXPECT_NE(new_id(), new_id());
}

}  // namespace
}  // namespace lineguard
