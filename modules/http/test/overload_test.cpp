#include "server_fixture.h"

namespace lineguard::http::test {
namespace {

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

class HttpOverload : public HttpServer {
 protected:
  // A request that holds the one worker until the gate opens.
  std::jthread occupy_worker() {
    std::jthread client([this] { EXPECT_EQ(status_of({"GET", "/wait", {}, ""}), 200); });
    wait_until([&] { return handled_ == 1; });
    return client;
  }
  void wait_for_queue(std::size_t length) {
    wait_until([&] { return server_->load().waiting == length; });
  }
};

TEST_F(HttpOverload, AFullQueueAnswers503AtOnceAndHealthGoesOn) {
  start({.workers = 1, .queue = 1});
  const std::jthread running = occupy_worker();
  const std::jthread waiting([&] { EXPECT_EQ(status_of({"GET", "/", {}, ""}), 200); });
  wait_for_queue(1);
  auto refused = send({"GET", "/", {}, ""});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->header("retry-after"), "1");
  EXPECT_NE(refused->body.find("\"code\":\"unavailable\""), std::string::npos);
  EXPECT_EQ(status_of({"GET", "/health", {}, ""}), 200);
  open_gate();
}

TEST_F(HttpOverload, TwoHundredClientsGet200Or503AndNothingElse) {
  start({.workers = 2, .queue = 4});
  std::atomic<int> good{0}, busy{0};
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 200; ++i) {
      clients.emplace_back([&] {
        const int status = status_of({"POST", "/", {}, std::string(10'000, 'x')});
        if (status == 200) ++good;
        if (status == 503) ++busy;
      });
    }
  }
  EXPECT_EQ(good + busy, 200);
  EXPECT_GT(good, 0);
  EXPECT_EQ(handled_, good);
}

TEST_F(HttpOverload, AConnectionOverTheLimitIsTold) {
  start({.max_connections = 1});
  const RawSocket first = connect();
  first.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
  first.receive("{}");
  const std::string answer = raw(kGet);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
  EXPECT_NE(answer.find("too many connections"), std::string::npos) << answer;
}

TEST_F(HttpOverload, BodiesTogetherStayUnderTheirLimit) {
  start({.max_buffered_bytes = 100});
  const RawSocket half_sent = connect();
  half_sent.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60\r\nExpect: 100-continue\r\n\r\n");
  half_sent.receive("\r\n\r\n");  // its 60 bytes are reserved now
  EXPECT_EQ(status_of({"POST", "/", {}, std::string(60, 'x')}), 503);
  EXPECT_EQ(status_of({"POST", "/", {}, std::string(40, 'x')}), 200);
}

TEST_F(HttpOverload, ADeadlineThatPassesInTheQueueIs504AndFreesItsPlace) {
  start({.workers = 1, .queue = 1});
  const std::jthread running = occupy_worker();
  EXPECT_EQ(status_of({"GET", "/", {{"X-Lineguard-Deadline-Ms", "30"}}, ""}), 504);
  EXPECT_EQ(server_->load().waiting, 0u);
  open_gate();
  EXPECT_EQ(handled_, 1);
}

TEST_F(HttpOverload, ADeadlineThatPassesWhileRunningIs504) {
  start({.workers = 1});
  EXPECT_EQ(status_of({"GET", "/wait", {{"X-Lineguard-Deadline-Ms", "30"}}, ""}), 504);
  open_gate();
}

TEST_F(HttpOverload, ADeadlineOfZeroIsNeverRun) {
  start();
  EXPECT_EQ(status_of({"GET", "/", {{"X-Lineguard-Deadline-Ms", "0"}}, ""}), 504);
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpOverload, AClientThatLeavesTakesItsWaitingWorkWithIt) {
  start({.workers = 1, .queue = 1});
  const std::jthread running = occupy_worker();
  RawSocket leaving = connect();
  leaving.send(kGet);
  wait_for_queue(1);
  leaving.close();
  wait_for_queue(0);
  open_gate();
  EXPECT_EQ(status_of({"GET", "/", {}, "next"}), 200);
  EXPECT_EQ(handled_, 2);
}

TEST_F(HttpOverload, AnAnswerForAClientThatLeftGoesNowhere) {
  start({.workers = 1});
  {
    const RawSocket leaving = connect();
    leaving.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_until([&] { return handled_ == 1; });
  }
  wait_until([&] { return server_->load().connections == 0; });
  open_gate();
  EXPECT_EQ(status_of({"GET", "/", {}, ""}), 200);
}

}  // namespace
}  // namespace lineguard::http::test
