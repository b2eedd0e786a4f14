#include <string>

#include <gtest/gtest.h>

#include <lineguard/core/json_limits.h>

namespace lineguard {
namespace {

constexpr limits::Nesting kSmall{1000, 3, 10};

TEST(JsonLimits, DepthIsCountedOutsideStringsOnly) {
  EXPECT_TRUE(check_json_limits(R"({"a": [[1]], "b": "[[[[{{{{\\\"[[["})", kSmall));
  const auto refused = check_json_limits(R"({"a": [[[1]]]})", kSmall);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::too_large);
  EXPECT_NE(refused.error().message.find("3 levels"), std::string::npos);
}

TEST(JsonLimits, SiblingsAreNotDepth) {
  EXPECT_TRUE(check_json_limits("[[],[],[],[]]", kSmall));
}

TEST(JsonLimits, ValuesAndBytesAreCounted) {
  EXPECT_FALSE(check_json_limits("[1,2,3,4,5,6,7,8,9,10,11]", kSmall));
  EXPECT_FALSE(check_json_limits("\"" + std::string(1000, 'x') + "\"", kSmall));
}

TEST(JsonLimits, AStringWithoutEndEnds) {
  EXPECT_TRUE(check_json_limits("\"abc\\", kSmall));
  EXPECT_TRUE(check_json_limits("]]]]]", kSmall));
}

}  // namespace
}  // namespace lineguard
