#include "server_fixture.h"

#include <lineguard/http/name_lookup.h>

namespace lineguard::http::test {
namespace {

Result<Response> ask(const RawSocket& listener, SteadyTime deadline, std::uint64_t max_body_bytes = 1000) {
  Client client({"127.0.0.1", listener.port()});
  return client.send({"GET", "/", {}, ""}, deadline, max_body_bytes);
}
SteadyTime shortly() {
  return system_clock().now() + Milliseconds(40);
}
// Answers one connection with these bytes after its request has come.
std::jthread answering(const RawSocket& listener, std::string bytes) {
  return std::jthread([&listener, bytes = std::move(bytes)] {
    const RawSocket connection = listener.accept();
    connection.receive("\r\n\r\n");
    connection.send(bytes);
  });
}

using HttpClient = HttpServer;

TEST_F(HttpClient, AKeptConnectionThatTheServerClosedIsOpenedAnew) {
  start({.read_timeout = Milliseconds(20)});  // also the idle time
  Client client({"127.0.0.1", server_->port()});
  ASSERT_TRUE(client.send({"GET", "/", {}, "a"}, soon()));
  wait_until([&] { return server_->load().connections == 0; });
  auto again = client.send({"GET", "/", {}, "b"}, soon());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->body, "b");
}

TEST_F(HttpClient, LocalhostNeedsNoHostsFile) {
  start();
  Client client({"localhost", server_->port()});
  EXPECT_TRUE(client.send({"GET", "/health", {}, ""}, soon()));
}

// .invalid never resolves (RFC 6761, section 6.4).
TEST_F(HttpClient, ANameThatDoesNotResolveIsUnavailable) {
  Client client({"lineguard.invalid", 80});
  auto response = client.send({"GET", "/", {}, ""}, soon());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::unavailable);
}

// The kernel completes the connection and nobody answers.
TEST(HttpClientDeadline, HoldsForAServerThatNeverAnswers) {
  const RawSocket listener = RawSocket::listening();
  auto response = ask(listener, shortly());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::timeout);
}

// Bytes keep coming: only a limit on the whole answer ends this.
TEST(HttpClientDeadline, HoldsForAServerThatDrips) {
  const RawSocket listener = RawSocket::listening();
  std::jthread dripping([&] {
    const RawSocket connection = listener.accept();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    while (connection.send("x")) std::this_thread::yield();
  });
  auto response = ask(listener, shortly(), 2'000'000'000);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::timeout);
}

TEST(HttpClientDeadline, HoldsForAServerThatReadsNothing) {
  const RawSocket listener = RawSocket::listening();
  Client client({"127.0.0.1", listener.port()});
  auto response = client.send({"POST", "/", {}, std::string(50'000'000, 'x')}, shortly());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::timeout);
}

TEST(HttpClientDeadline, ThatHasPassedSendsNothing) {
  Client client({"127.0.0.1", 1});
  auto response = client.send({"GET", "/", {}, ""}, system_clock().now());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::timeout);
}

TEST(HttpClientAnswer, OverTheLimitIsTooLarge) {
  const RawSocket listener = RawSocket::listening();
  const auto server = answering(listener, "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n");
  auto response = ask(listener, soon());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::too_large);
}

TEST(HttpClientAnswer, ThatIsNoHttpIsABadOne) {
  const RawSocket listener = RawSocket::listening();
  const auto server = answering(listener, "220 mail.example ESMTP\r\n\r\n");
  auto response = ask(listener, soon());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::bad_answer);
}

TEST(HttpClientAnswer, CutInItsBodyIsAnErrorAndNoAnswer) {
  const RawSocket listener = RawSocket::listening();
  const auto server = answering(listener, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  auto response = ask(listener, soon());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::unavailable);
}

TEST(HttpClientAnswer, ThatCouldBeReadInTwoWaysIsABadOne) {
  const std::string ok = "HTTP/1.1 200 OK\r\n", body = "\r\nhello";
  const std::string bad[] = {
      ok + "Content-Length: 5\r\nContent-Length: 5\r\n" + body,
      ok + "Content-Length: 5\r\nContent-Length: 4\r\n" + body,
      ok + "Content-Length: 5, 5\r\n" + body,
      ok + "Content-Length: +5\r\n" + body,
      ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" + body,
      ok + "Transfer-Encoding: gzip\r\n" + body,
      ok + "Transfer-Encoding: gzip, chunked\r\n" + body,
      ok + "Transfer-Encoding: chunked\r\n\r\n5x\r\nhello\r\n0\r\n\r\n",
      ok + "Transfer-Encoding: chunked\r\n\r\n99999999999999999999\r\n",
      ok + "Content-Length : 5\r\n" + body,
      ok + "X: a\r\n b\r\nContent-Length: 5\r\n" + body,
      ok + "X: a\nContent-Length: 5\r\n" + body,
      ok + body,  // would end with the connection: the same as one that was cut
      "HTTP/1.1 2000 OK\r\nContent-Length: 5\r\n" + body,
      "HTTP/1.1 101 Switching Protocols\r\n\r\n",
      "HTTP/2.0 200 OK\r\nContent-Length: 5\r\n" + body,
      ok + "X: " + std::string(20'000, 'x') + "\r\n",
  };
  for (const std::string& bytes : bad) {
    const RawSocket listener = RawSocket::listening();
    const auto server = answering(listener, bytes);
    auto response = ask(listener, soon());
    ASSERT_FALSE(response) << bytes;
    EXPECT_EQ(response.error().code, ErrorCode::bad_answer) << bytes << response.error().message;
  }
}

TEST(HttpClientAnswer, WithTooManyFieldsOrInterimAnswersIsABadOne) {
  std::string many = "HTTP/1.1 200 OK\r\n", interim;
  for (int i = 0; i < 300; ++i) many += "X: 1\r\n";
  for (int i = 0; i < 20; ++i) interim += "HTTP/1.1 102 Processing\r\n\r\n";
  for (const std::string& bytes : {many + "Content-Length: 0\r\n\r\n", interim}) {
    const RawSocket listener = RawSocket::listening();
    const auto server = answering(listener, bytes);
    auto response = ask(listener, soon());
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, ErrorCode::bad_answer) << response.error().message;
  }
}

TEST(HttpClientAnswer, InterimAnswersArePassedOver) {
  const RawSocket listener = RawSocket::listening();
  const auto server = answering(listener,
                                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  auto response = ask(listener, soon());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "ok");
}

TEST(HttpClientAnswer, ChunkedIsRead) {
  const RawSocket listener = RawSocket::listening();
  const auto server = answering(
      listener, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n");
  auto response = ask(listener, soon());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "abcde");
}

TEST(HttpClientAnswer, AChunkOverTheLimitIsTooLargeBeforeItIsSent) {
  const RawSocket listener = RawSocket::listening();
  const auto server = answering(listener, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n");
  auto response = ask(listener, soon());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::too_large);
}

// An answer that arrives twice would be taken for that of the next question, and every later one would be off by one.
TEST(HttpClientConnection, IsDroppedWhereAnAnswerCameTwice) {
  for (const bool at_once : {true, false}) {
    const RawSocket listener = RawSocket::listening();
    std::promise<void> first_done, second_sent;
    std::jthread server([&] {
      const RawSocket connection = listener.accept();
      connection.receive("\r\n\r\n");
      const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst";
      connection.send(at_once ? answer + answer : answer);
      first_done.get_future().wait();
      if (!at_once) connection.send(answer);
      second_sent.set_value();
      const RawSocket next = listener.accept();  // the client comes anew
      next.receive("\r\n\r\n");
      next.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond");
    });
    Client client({"127.0.0.1", listener.port()});
    auto first = client.send({"GET", "/1", {}, ""}, soon());
    first_done.set_value();
    second_sent.get_future().wait();
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(first->body, "first");
    auto second = client.send({"GET", "/2", {}, ""}, soon());
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(second->body, "second");
  }
}

TEST(HttpClientRequest, WithControlCharactersIsNotSent) {
  Client client({"127.0.0.1", 1});
  EXPECT_EQ(client.send({"GET", "/\r\nX: y", {}, ""}, soon()).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(client.send({"GET", "/", {{"X", "a\r\nY: b"}}, ""}, soon()).error().code, ErrorCode::invalid_argument);
}

// A name server that hangs: nobody waits for it beyond the deadline, and what is known goes on being used.
TEST_F(HttpClient, AHungNameServerStopsNothing) {
  start();
  std::promise<void> gate;
  const auto opened = gate.get_future().share();
  // Shared: a look-up that hangs may end after the test.
  const auto asked = std::make_shared<std::atomic<int>>(0);
  NameLookup names([asked, opened](const std::string&) -> Result<std::vector<std::string>> {
    if ((*asked)++ > 0) opened.wait();
    return std::vector<std::string>{"127.0.0.1"};
  });
  for (int i = 0; i < 5; ++i) {
    Client client({"server.plant", server_->port()}, names);
    auto response = client.send({"GET", "/health", {}, ""}, soon());
    ASSERT_TRUE(response) << response.error().message;
  }
  EXPECT_LE(*asked, 2);  // one look-up at a time
  Client elsewhere({"other.plant", server_->port()}, names);
  auto late = elsewhere.send({"GET", "/health", {}, ""}, shortly());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::timeout);
  gate.set_value();
  wait_until([&] { return !names.known("other.plant").empty(); });
}

TEST(HttpClientConnect, ARefusedConnectionIsUnavailableAndNamed) {
  RawSocket listener = RawSocket::listening();
  const std::uint16_t port = listener.port();
  listener.close();
  Client client({"127.0.0.1", port});
  auto response = client.send({"GET", "/", {}, ""}, soon());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::unavailable);
  EXPECT_NE(response.error().message.find(std::to_string(port)), std::string::npos);
}

}  // namespace
}  // namespace lineguard::http::test
