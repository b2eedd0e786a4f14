#include "server_fixture.h"

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

TEST(HttpClientAnswer, ThatIsNoHttpIsCorrupt) {
  const RawSocket listener = RawSocket::listening();
  const auto server = answering(listener, "220 mail.example ESMTP\r\n\r\n");
  auto response = ask(listener, soon());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::corrupt_data);
}

TEST(HttpClientAnswer, CutInItsBodyIsAnErrorAndNoAnswer) {
  const RawSocket listener = RawSocket::listening();
  const auto server = answering(listener, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  auto response = ask(listener, soon());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::unavailable);
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
