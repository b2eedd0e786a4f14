#include <atomic>
#include <future>
#include <latch>
#include <thread>
#include <unistd.h>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <lineguard/http/client.h>
#include <lineguard/http/server.h>

namespace lineguard::http {
namespace {

SteadyTime soon(int seconds = 20) {
  return system_clock().now() + std::chrono::seconds(seconds);
}

// Echoes the body; /health is answered at once; /wait blocks until the test opens the gate.
class HttpServer : public ::testing::Test {
 protected:
  void start(ServerConfig config = {}) {
    config.port = 0;
    auto started = Server::start(
        config,
        [](const Request& request) -> std::optional<Response> {
          if (request.path() == "/health") return json_response(200, "{}");
          return std::nullopt;
        },
        [this](const Request& request) { return handle(request); });
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }
  Response handle(const Request& request) {
    ++handled_;
    if (request.path() == "/throw") throw std::runtime_error("secret");
    if (request.path() == "/wait") gate_.get_future().wait();
    return {200, {}, request.body};
  }
  Result<Response> send(Request request) {
    Client client({"127.0.0.1", server_->port()});
    return client.send(request, soon());
  }
  // Bytes as they are, and everything that comes back until the server closes.
  std::string raw(const std::string& bytes, bool half_close = false) const {
    const int descriptor = connect_raw();
    EXPECT_EQ(::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
    if (half_close) shutdown(descriptor, SHUT_WR);
    std::string answer;
    char block[4096];
    for (ssize_t got = 0; (got = recv(descriptor, block, sizeof block, 0)) > 0;)
      answer.append(block, static_cast<std::size_t>(got));
    close(descriptor);
    return answer;
  }
  int connect_raw() const {
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    EXPECT_EQ(connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return descriptor;
  }
  void wait_until_handled(int count) const {
    while (handled_ < count) std::this_thread::yield();
  }

  std::atomic<int> handled_{0};
  std::promise<void> gate_;
  std::unique_ptr<Server> server_;
};

TEST_F(HttpServer, EchoesOverOneConnection) {
  start();
  Client client({"127.0.0.1", server_->port()});
  for (const std::size_t size : {0u, 10u, 200'000u}) {
    auto response = client.send({"POST", "/", {}, std::string(size, 'x')}, soon());
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body.size(), size);
  }
  EXPECT_EQ(server_->load().connections, 1u);
}

TEST_F(HttpServer, MalformedRequestsGetJsonErrors) {
  start({.max_body_bytes = 1000});
  EXPECT_NE(raw("NONSENSE\r\n\r\n").find(" 400 "), std::string::npos);
  const std::string claimed = raw("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n");
  EXPECT_NE(claimed.find(" 413 "), std::string::npos) << claimed;
  EXPECT_NE(claimed.find("\"code\":\"too_large\""), std::string::npos);
  EXPECT_NE(raw("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n").find(" 431 "), std::string::npos);
  EXPECT_EQ(raw("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc", true), "");
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpServer, ASlowSenderIsCut) {
  start({.read_timeout = Milliseconds(50)});
  const std::string answer = raw("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  EXPECT_EQ(answer.find(" 200 "), std::string::npos);
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpServer, AHandlerThatThrowsIs500WithoutItsWords) {
  start();
  auto response = send({"GET", "/throw", {}, ""});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 500);
  EXPECT_EQ(response->body.find("secret"), std::string::npos);
}

TEST_F(HttpServer, AFullQueueAnswers503AtOnceAndHealthGoesOn) {
  start({.workers = 1, .queue = 1});
  std::vector<std::jthread> clients;
  clients.emplace_back([&] { EXPECT_EQ(send({"GET", "/wait", {}, ""})->status, 200); });
  wait_until_handled(1);
  clients.emplace_back([&] { EXPECT_EQ(send({"GET", "/", {}, ""})->status, 200); });
  while (server_->load().waiting < 1) std::this_thread::yield();
  auto refused = send({"GET", "/", {}, ""});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->header("retry-after"), "1");
  EXPECT_EQ(send({"GET", "/health", {}, ""})->status, 200);
  gate_.set_value();
}

TEST_F(HttpServer, ManyClientsGet200Or503AndNothingElse) {
  start({.workers = 2, .queue = 4});
  std::atomic<int> good{0}, busy{0};
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 60; ++i) {
      clients.emplace_back([&] {
        auto response = send({"POST", "/", {}, std::string(10'000, 'x')});
        ASSERT_TRUE(response) << response.error().message;
        if (response->status == 200) ++good;
        if (response->status == 503) ++busy;
      });
    }
  }
  EXPECT_EQ(good + busy, 60);
  EXPECT_GT(good, 0);
}

TEST_F(HttpServer, ARequestWhoseDeadlinePassedInTheQueueIsNotRun) {
  start({.workers = 1, .queue = 4});
  std::jthread first([&] { EXPECT_EQ(send({"GET", "/wait", {}, ""})->status, 200); });
  wait_until_handled(1);
  std::jthread second([&] { EXPECT_EQ(send({"GET", "/", {{"X-Lineguard-Deadline-Ms", "0"}}, ""})->status, 504); });
  while (server_->load().waiting < 1) std::this_thread::yield();
  gate_.set_value();
  first.join();
  second.join();
  EXPECT_EQ(handled_, 1);
}

TEST_F(HttpServer, AClientThatLeavesTakesItsWaitingWorkWithIt) {
  start({.workers = 1, .queue = 4});
  std::jthread first([&] { EXPECT_EQ(send({"GET", "/wait", {}, ""})->status, 200); });
  wait_until_handled(1);
  const int descriptor = connect_raw();
  const std::string request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  ASSERT_EQ(::send(descriptor, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
  while (server_->load().waiting < 1) std::this_thread::yield();
  close(descriptor);
  while (server_->load().connections > 1) std::this_thread::yield();
  gate_.set_value();
  first.join();
  EXPECT_EQ(send({"GET", "/", {}, "next"})->body, "next");
  EXPECT_EQ(handled_, 2);
}

TEST_F(HttpServer, StopLetsAcceptedRequestsFinish) {
  start({.workers = 1});
  std::jthread client([&] { EXPECT_EQ(send({"GET", "/wait", {}, "body"})->body, "body"); });
  wait_until_handled(1);
  std::jthread stopper([&] { EXPECT_TRUE(server_->stop(std::chrono::seconds(20))); });
  gate_.set_value();
}

TEST_F(HttpServer, APortInUseIsNamed) {
  start();
  auto second = Server::start({.port = server_->port()}, {}, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  EXPECT_NE(second.error().message.find(std::to_string(server_->port())), std::string::npos);
}

TEST_F(HttpServer, AKeptConnectionThatTheServerClosedIsOpenedAnew) {
  start({.read_timeout = Milliseconds(20)});  // also the idle time
  Client client({"127.0.0.1", server_->port()});
  ASSERT_TRUE(client.send({"GET", "/", {}, "a"}, soon()));
  while (server_->load().connections > 0) std::this_thread::yield();
  auto again = client.send({"GET", "/", {}, "b"}, soon());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->body, "b");
}

// A listening socket that never accepts: the kernel completes the connection and nobody answers.
TEST(HttpClient, NeverWaitsBeyondTheDeadline) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  socklen_t length = sizeof address;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  Client client({"127.0.0.1", ntohs(address.sin_port)});
  auto response = client.send({"GET", "/", {}, ""}, system_clock().now() + Milliseconds(30));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::timeout);
  close(listener);
  auto refused = client.send({"GET", "/", {}, ""}, soon());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace lineguard::http
