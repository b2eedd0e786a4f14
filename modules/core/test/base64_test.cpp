#include <gtest/gtest.h>

#include <lineguard/core/base64.h>

namespace lineguard {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST(Base64, VectorsOfRfc4648) {
  EXPECT_EQ(encode_base64(bytes_of("")), "");
  EXPECT_EQ(encode_base64(bytes_of("f")), "Zg==");
  EXPECT_EQ(encode_base64(bytes_of("fo")), "Zm8=");
  EXPECT_EQ(encode_base64(bytes_of("foobar")), "Zm9vYmFy");
}

TEST(Base64, ComesBackAcrossPieces) {
  for (const std::size_t size : {0u, 1u, 2u, 3u, (3u << 20) - 1, 3u << 20, (3u << 20) + 1, (6u << 20) + 2}) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7919 >> 3);
    const auto back = decode_base64(encode_base64(bytes));
    ASSERT_TRUE(back);
    EXPECT_TRUE(*back == bytes) << size;
  }
}

TEST(Base64, RefusesWhatIsNone) {
  for (const char* text : {"Zg=", "Zg", "Zg==Zg==", "Z===", "====", "Zm 8", " Zm8", "Zm8=\n", "Zm8-", "Zm8\x80"})
    EXPECT_FALSE(decode_base64(text)) << text;
}

}  // namespace
}  // namespace lineguard
