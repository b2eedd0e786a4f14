// A server that echoes; /health is answered at once, /wait blocks until the test opens the gate, /throw throws.
#pragma once

#include "raw_socket.h"

#include <atomic>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include <lineguard/http/client.h>
#include <lineguard/http/server.h>

namespace lineguard::http::test {

inline SteadyTime soon() {
  return system_clock().now() + std::chrono::seconds(60);
}

class HttpServer : public ::testing::Test {
 protected:
  void start(ServerConfig config = {}) {
    config.port = 0;
    auto started = Server::start(config, routes(), [this](const Request&, int status) {
      std::lock_guard lock(mutex_);
      statuses_.push_back(status);
    });
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }
  Router routes() {
    Router router;
    router.get_always("/health", [](const Request&) { return json_response(200, "{}"); });
    for (const char* path : {"/", "/throw", "/wait"}) {
      for (const char* method : {"GET", "POST"}) {
        Route route;
        route.method = method;
        route.path = path;
        route.runs_on = RunsOn::worker;
        route.handler = [this](const Request& request, Work& work) { return handle(request, work); };
        router.add(std::move(route));
      }
    }
    // Takes as much memory as the body says, and gives the last byte of an answer of that size.
    Route large;
    large.method = "POST";
    large.path = "/large";
    large.runs_on = RunsOn::worker;
    large.handler = [](const Request& request, Work& work) {
      const auto bytes = static_cast<std::size_t>(std::stoul(request.body));
      if (auto refused = work.hold(bytes)) return *std::move(refused);
      return Response{200, {}, std::string(bytes, 'x')};
    };
    router.add(std::move(large));
    return router;
  }
  Response handle(const Request& request, Work& work) {
    ++handled_;
    if (request.path() == "/throw") throw std::runtime_error("secret");
    if (request.path() == "/wait") {
      opened_.wait();
      if (!work.wanted()) ++unwanted_;
    }
    return {200, {}, request.body};
  }
  void open_gate() { gate_.set_value(); }

  Result<Response> send(const Request& request) {
    Client client({"127.0.0.1", server_->port()});
    return client.send(request, soon());
  }
  int status_of(const Request& request) {
    auto response = send(request);
    return response ? response->status : -1;
  }
  RawSocket connect() const { return RawSocket::connect_to(server_->port()); }
  // What comes back for bytes as they are, until the server closes.
  std::string raw(std::string_view bytes) const {
    const RawSocket socket = connect();
    EXPECT_TRUE(socket.send(bytes));
    return socket.receive();
  }
  template <typename Condition>
  static void wait_until(Condition condition) {
    while (!condition()) std::this_thread::yield();
  }
  std::vector<int> statuses() {
    std::lock_guard lock(mutex_);
    return statuses_;
  }

  std::atomic<int> handled_{0}, unwanted_{0};
  std::promise<void> gate_;
  std::shared_future<void> opened_ = gate_.get_future().share();
  std::mutex mutex_;
  std::vector<int> statuses_;
  std::unique_ptr<Server> server_;
};

}  // namespace lineguard::http::test
