// What a request must look like (RFC 9112), over real sockets: what two readers could understand differently is refused
// and the connection closed, so that nothing behind it is taken for a request.
#include "server_fixture.h"

namespace lineguard::http::test {
namespace {

constexpr std::string_view kHidden = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";

struct Bad {
  int status;
  std::string bytes;
};

std::string get(const std::string& fields, const std::string& target = "/health") {
  return "GET " + target + " HTTP/1.1\r\n" + fields + "\r\n";
}
std::string post(const std::string& fields, const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body;
}
std::string chunks(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

class Rfc9112 : public HttpServer {
 protected:
  // One answer of that status, then the end.
  void expect_refused(const Bad& bad) {
    const std::string answer = raw(bad.bytes + std::string(kHidden));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::to_string(bad.status) + " ")) << bad.bytes << '\n' << answer;
    EXPECT_NE(answer.find("\"code\":"), std::string::npos) << bad.bytes << answer;
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << bad.bytes << answer;
    EXPECT_EQ(answer.find("HTTP/1.1 200"), std::string::npos) << bad.bytes << answer;
  }
};

TEST_F(Rfc9112, LengthsThatAreUnclearAreRefused) {
  start();
  const Bad all[] = {
      {501, post("Transfer-Encoding: gzip\r\n", "")},
      {501, post("Transfer-Encoding: identity\r\n", "")},
      {501, post("Transfer-Encoding: xchunked\r\n", "")},
      {501, post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
      {501, post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {501, post("Transfer-Encoding:\r\n", "")},
      {501, post("Transfer-Encoding: chunked;x=y\r\n", "0\r\n\r\n")},
      {400, post("Transfer-Encoding: chunked, gzip\r\n", "")},
      {400, post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")},
      {400, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {400, post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")},
      {400, post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {400, post("Content-Length: 5\r\nTransfer-Encoding: gzip\r\n", "hello")},
      {400, post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!")},
      {400, post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")},
      {400, post("Content-Length: 5, 5\r\n", "hello")},
      {400, post("Content-Length: -5\r\n", "hello")},
      {400, post("Content-Length: +5\r\n", "hello")},
      {400, post("Content-Length: 0x5\r\n", "hello")},
      {400, post("Content-Length: 5 5\r\n", "hello")},
      {400, post("Content-Length:\r\n", "hello")},
      {400, post("Content-Length: 99999999999999999999\r\n", "hello")},
      {400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
  };
  for (const Bad& bad : all) expect_refused(bad);
  EXPECT_EQ(handled_, 0);
}

TEST_F(Rfc9112, ChunksThatAreNoneAreRefused) {
  start();
  const Bad all[] = {
      {400, chunks("x\r\nhello\r\n0\r\n\r\n")},
      {400, chunks("-5\r\nhello\r\n0\r\n\r\n")},
      {400, chunks("0x5\r\nhello\r\n0\r\n\r\n")},
      {400, chunks(" 5\r\nhello\r\n0\r\n\r\n")},
      {400, chunks("5\nhello\n0\n\n")},
      {400, chunks("5\r\nhelloXX0\r\n\r\n")},
      {400, chunks("ffffffffffffffffff\r\nhello")},
      {400, chunks("5;=\r\nhello\r\n0\r\n\r\n")},
      {400, chunks("5;a=\"\n\"\r\nhello\r\n0\r\n\r\n")},
      {413, chunks("ffffffffffffffff\r\nhello")},
      {431, chunks("5;" + std::string(20'000, 'a') + "\r\nhello\r\n0\r\n\r\n")},
      {431, chunks("0\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n")},
      {400, chunks("0\r\nContent-Length: 5\r\n\r\n")},
  };
  for (const Bad& bad : all) expect_refused(bad);
  EXPECT_EQ(handled_, 0);
}

TEST_F(Rfc9112, HeadsThatAreUnclearAreRefused) {
  start();
  const std::string host = "Host: x\r\n";
  const Bad all[] = {
      {400, get("")},
      {400, get("Host: x\r\nHost: y\r\n")},
      {400, get("Host: x\r\nHost: x\r\n")},
      {400, get("Host: a b\r\n")},
      {400, get("Host: a/b\r\n")},
      {400, get("Host: a, b\r\n")},
      {400, get("Host : x\r\n")},
      {400, get(host + "X : 1\r\n")},
      {400, get(host + " X: 1\r\n")},
      {400, get(host + "X: 1\r\n 2\r\n")},
      {400, get(host + "X: 1\r\n\t2\r\n")},
      {400, get(host + ": 1\r\n")},
      {400, get(host + "X\r\n")},
      {400, get(host + "X: 1\n")},
      {400, get(host + "X: 1\rY: 2\r\n")},
      {400, get(host + std::string("X: \0\r\n", 6))},
      {400, get(host + "X: \x01\r\n")},
      {400, get(host + "Content-Type: a\r\nContent-Type: b\r\n")},
      {400, get(host + "X-Lineguard-Deadline-Ms: 1\r\nx-lineguard-deadline-ms: 9\r\n")},
      {400, "GET  /health HTTP/1.1\r\nHost: x\r\n\r\n"},
      {400, "GET /health  HTTP/1.1\r\nHost: x\r\n\r\n"},
      {400, "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"},
      {400, " GET /health HTTP/1.1\r\nHost: x\r\n\r\n"},
      {400, "G(T /health HTTP/1.1\r\nHost: x\r\n\r\n"},
      {400, "GET /health\r\n\r\n"},
      {400, "GET /health HTTP/1.1\nHost: x\n\n"},
      {400, "GET /health HTTX/1.1\r\nHost: x\r\n\r\n"},
      {505, "GET /health HTTP/2.0\r\nHost: x\r\n\r\n"},
      {505, "GET /health HTTP/0.9\r\nHost: x\r\n\r\n"},
      {400, get(host, "health")},
      {400, get(host, "*")},
      {400, get(host, "x:80")},
      {400, get(host, "/a#b")},
      {400, get(host, "/\xc3\xa4")},
      {400, get(host, "ftp://x/health")},
      {400, get(host, "http:///health")},
      {400, get(host, "http://a b/health")},
      {417, get(host + "Expect: the-impossible\r\n")},
      {415, get(host + "Content-Encoding: gzip\r\n")},
      {431, get(host + "X: " + std::string(20'000, 'a') + "\r\n")},
      {400, "\x16\x03\x01\x02\x01\x01"},  // TLS
  };
  for (const Bad& bad : all) {
    expect_refused(bad);
  }
  std::string many = "GET /health HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 500; ++i) many += "X: 1\r\n";
  expect_refused({431, many + "\r\n"});
  EXPECT_EQ(handled_, 0);
}

TEST_F(Rfc9112, MethodsThatAreNotKnownOrNotTaken) {
  start();
  const std::string rest = " /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  EXPECT_TRUE(raw("BREW" + rest).starts_with("HTTP/1.1 501 "));
  EXPECT_TRUE(raw("get" + rest).starts_with("HTTP/1.1 501 "));
  EXPECT_TRUE(raw("OPTIONS" + rest).starts_with("HTTP/1.1 405 "));
  EXPECT_TRUE(raw("TRACE" + rest).starts_with("HTTP/1.1 405 "));
  EXPECT_TRUE(raw("CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 400 "));
}

TEST_F(Rfc9112, WhatIsUnusualAndRightIsAnswered) {
  start();
  const std::string close = "Connection: close\r\n";
  const std::string good[] = {
      get("Host:\r\n" + close),
      get("Host: [::1]:8080\r\n" + close),
      get("host:x\r\n" + close),
      get("Host:  \t x \t \r\n" + close),
      get("Host: x\r\nAccept: a\r\nAccept: b\r\n" + close),
      get("Host: x\r\n" + close, "http://other:80/health"),
      get("Host: x\r\n" + close, "/health?x=1"),
      "\r\n" + get("Host: x\r\n" + close),
      "GET /health HTTP/1.0\r\n\r\n",
      "GET /health HTTP/1.0\r\nHost: x\r\n\r\n",
      post("Transfer-Encoding: Chunked\r\n" + close, "2;name=\"v\"\r\nab\r\n0\r\nTrailer: 1\r\n\r\n"),
      post("Content-Length: 0\r\n" + close, ""),
      post("Content-Length: 003\r\n" + close, "abc"),
      post("Expect: 100-Continue\r\nContent-Length: 3\r\n" + close, "abc"),
  };
  for (const std::string& bytes : good) {
    const std::string answer = raw(bytes);
    EXPECT_NE(answer.find(" 200 OK\r\n"), std::string::npos) << bytes << '\n' << answer;
  }
}

TEST_F(Rfc9112, Http10ClosesUnlessAskedToStay) {
  start();
  EXPECT_NE(raw("GET /health HTTP/1.0\r\n\r\n").find("Connection: close\r\n"), std::string::npos);
  const RawSocket kept = connect();
  kept.send("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(kept.receive("{}").find("Connection: keep-alive\r\n"), std::string::npos);
  kept.send("GET /health HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(kept.receive().starts_with("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace lineguard::http::test
