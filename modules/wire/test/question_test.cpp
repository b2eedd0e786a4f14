#include <gtest/gtest.h>

#include <lineguard/core/picture_sum.h>
#include <lineguard/wire/question.h>

namespace lineguard::wire {
namespace {

Question some_question() {
  return {"0a1b-2c", PartNumber{4711}, {{"", 10, 0x00ff}, {"", 1234567, 0xffffffffffffffff}}, {{"", 3, 1}}};
}

http::Request request_of(const Question& question) {
  http::Request request;
  request.headers = to_headers(question);
  return request;
}

std::string error_with(const std::string& header, const std::string& value) {
  http::Request request = request_of(some_question());
  request.headers[header] = value;
  const auto question = read_question(request);
  EXPECT_FALSE(question) << header << ": " << value;
  return question ? "" : question.error().message;
}

TEST(Question, SurvivesTheRequestsHeader) {
  const auto read = read_question(request_of(some_question()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(**read, some_question());
  EXPECT_EQ(request_of(some_question()).header("X-Lineguard-Pictures"), "10-00000000000000ff,1234567-ffffffffffffffff");
}

TEST(Question, ARequestWithoutANonceAsksNone) {
  const auto read = read_question({});
  ASSERT_TRUE(read);
  EXPECT_FALSE(*read);
}

TEST(Question, WhatIsWrongInAHeaderIsNamed) {
  EXPECT_NE(error_with("X-Lineguard-Nonce", "a b").find("X-Lineguard-Nonce"), std::string::npos);
  EXPECT_NE(error_with("X-Lineguard-Nonce", std::string(65, 'a')).find("64"), std::string::npos);
  EXPECT_NE(error_with("X-Lineguard-Part", "-1").find("X-Lineguard-Part"), std::string::npos);
  EXPECT_NE(error_with("X-Lineguard-Part", "4294967296").find("X-Lineguard-Part"), std::string::npos);
  for (const std::string value : {"10", "10-ff", "x-00000000000000ff", "-00000000000000ff", "10-00000000000000fg", ",",
                                  "99999999999999999999-00000000000000ff"})
    EXPECT_NE(error_with("X-Lineguard-Pictures", value).find("X-Lineguard-Pictures"), std::string::npos);
  std::string many = "1-0000000000000001";
  for (int i = 0; i < 64; ++i) many += ",1-0000000000000001";
  EXPECT_FALSE(error_with("X-Lineguard-Templates", many).empty());
}

TEST(Question, EachPartOfItCanDiffer) {
  const Question asked = some_question();
  EXPECT_EQ(first_difference(asked, asked), "");
  Question other = asked;
  other.nonce = "other";
  EXPECT_NE(first_difference(asked, other).find("nonce"), std::string::npos);
  other = asked;
  other.part = 4712;
  EXPECT_NE(first_difference(asked, other).find("part 4712"), std::string::npos);
  other.part.reset();
  EXPECT_NE(first_difference(asked, other).find("part none"), std::string::npos);
  other = asked;
  other.pictures[1].xxh3 = 2;
  EXPECT_NE(first_difference(asked, other).find("1234567-0000000000000002"), std::string::npos);
  other = asked;
  other.pictures.pop_back();
  EXPECT_NE(first_difference(asked, other).find("1 picture"), std::string::npos);
  other = asked;
  other.templates[0].bytes = 4;
  EXPECT_NE(first_difference(asked, other).find("template"), std::string::npos);
}

TEST(Question, TheServersSumsAreOfWhatItReceived) {
  Capture capture;
  capture.views.push_back({"", std::make_shared<const Bytes>(Bytes(10, std::byte{7})), "a", std::nullopt});
  const Question received = received_question(some_question(), capture);
  EXPECT_EQ(received.nonce, some_question().nonce);
  EXPECT_EQ(received.part, some_question().part);
  EXPECT_EQ(received.pictures, sums_of(capture));
  EXPECT_TRUE(received.templates.empty());
}

}  // namespace
}  // namespace lineguard::wire
