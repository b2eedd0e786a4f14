#include "../src/request_parser.h"

#include "../src/response_parser.h"

#include <gtest/gtest.h>

namespace lineguard::http {
namespace {

const std::string kChunked =
    "\r\nPOST /a?b=1 HTTP/1.1\r\nHost: x\r\nX: 1\r\nX: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3;e=f\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nTrailer: 1\r\n\r\n";

// In pieces of `step` bytes; what is not used is given again.
template <typename Parser>
std::string feed(Parser& parser, const std::string& bytes, std::size_t step) {
  std::string pending;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    pending += bytes.substr(at, step);
    for (std::size_t used = 1; used > 0 && !pending.empty();) {
      used = parser.put(pending);
      pending.erase(0, used);
    }
  }
  return pending;
}

TEST(RequestParser, ReadsTheSameInPiecesOfAnySize) {
  for (std::size_t step = 1; step <= kChunked.size(); ++step) {
    RequestParser parser({});
    EXPECT_EQ(feed(parser, kChunked, step), "") << step;
    ASSERT_TRUE(parser.done()) << step << (parser.refusal() ? parser.refusal()->body : "");
    EXPECT_EQ(parser.request().body, "abc0123456789abcdef") << step;
    EXPECT_EQ(parser.request().target, "/a?b=1");
    EXPECT_EQ(parser.request().header("x"), "1, 2");
    EXPECT_EQ(parser.request().header("Trailer"), "");
  }
}

TEST(RequestParser, LeavesTheNextRequestAlone) {
  RequestParser parser({});
  const std::string first = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab";
  EXPECT_EQ(feed(parser, first + "GET / HTTP/1.1\r\n", first.size() + 3), "GET / HTTP/1.1\r\n");
  EXPECT_TRUE(parser.done());
}

TEST(RequestParser, AsksBeforeABodyGrows) {
  std::uint64_t most = 0;
  RequestLimits limits;
  limits.may_hold = [&most](std::uint64_t bytes) { return (most = std::max(most, bytes)) <= 300'000; };
  RequestParser parser(std::move(limits));
  feed(parser, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n", 1000);
  EXPECT_EQ(most, 0u);  // nothing has come
  feed(parser, std::string(1'000'000, 'x'), 10'000);
  ASSERT_TRUE(parser.refusal());
  EXPECT_EQ(parser.refusal()->status, 503);
  EXPECT_LE(parser.request().body.capacity(), 300'000u);
}

TEST(ResponseParser, ReadsTheSameInPiecesOfAnySize) {
  const std::string bytes =
      "HTTP/1.1 100 Continue\r\n\r\n" + ("HTTP/1.1 200 OK\r\n" + kChunked.substr(kChunked.find("X: 1")));
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    ResponseParser parser(1000, false);
    EXPECT_EQ(feed(parser, bytes, step), "") << step;
    ASSERT_TRUE(parser.done()) << step << (parser.error() ? parser.error()->message : "");
    EXPECT_EQ(parser.response().body, "abc0123456789abcdef") << step;
  }
}

TEST(ResponseParser, AnAnswerToHeadHasNoBody) {
  ResponseParser parser(10, true);
  EXPECT_EQ(feed(parser, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", 7), "");
  EXPECT_TRUE(parser.done());
}

}  // namespace
}  // namespace lineguard::http
