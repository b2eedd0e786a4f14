#include <gtest/gtest.h>

#include <lineguard/http/multipart.h>

namespace lineguard::http {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=xYz";

TEST(Multipart, WhatIsMadeIsRead) {
  const std::string binary("\0\r\n--lineguard-boundary\xff", 25);
  const Multipart made = make_multipart({{"image", {binary, "image/png"}}, {"template", {"abc"}}});
  EXPECT_TRUE(is_multipart(made.content_type));
  const auto fields = parse_multipart(made.content_type, made.body);
  ASSERT_TRUE(fields) << fields.error().message;
  EXPECT_EQ(fields->at("image").content, binary);
  EXPECT_EQ(fields->at("image").content_type, "image/png");
  EXPECT_EQ(fields->at("template").content, "abc");
  EXPECT_EQ(fields->at("template").content_type, "application/octet-stream");
}

TEST(Multipart, ReadsWhatCurlSends) {
  const auto fields = parse_multipart("multipart/form-data; boundary=\"xYz\"",
                                      "--xYz\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n"
                                      "Content-Type: image/png\r\n\r\nPNG\r\n--xYz--\r\n");
  ASSERT_TRUE(fields) << fields.error().message;
  EXPECT_EQ(fields->at("image").content, "PNG");
  EXPECT_EQ(fields->at("image").content_type, "image/png");
}

TEST(Multipart, SaysWhatIsWrong) {
  const auto problem = [](std::string_view type, std::string_view body) {
    const auto fields = parse_multipart(type, body);
    EXPECT_FALSE(fields);
    return fields ? std::string() : fields.error().message;
  };
  const std::string part = "--xYz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n";
  EXPECT_NE(problem("multipart/form-data", part).find("boundary"), std::string::npos);
  EXPECT_NE(problem(kType, part).find("cut off"), std::string::npos);
  EXPECT_NE(problem(kType, "nothing").find("boundary is not in it"), std::string::npos);
  EXPECT_NE(problem(kType, part + part + "--xYz--").find("twice"), std::string::npos);
  EXPECT_NE(problem(kType, "--xYz\r\n\r\nx\r\n--xYz--").find("header"), std::string::npos);
  EXPECT_NE(problem(kType, "--xYz\r\nA: b; filename=\"a\"\r\n\r\nx\r\n--xYz--").find("no name"), std::string::npos);
  EXPECT_NE(problem(kType, "--xYzx\r\n--xYz--").find("line break"), std::string::npos);
}

}  // namespace
}  // namespace lineguard::http
