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

// Whoever is being worked for keeps its place; health has a share of its own.
TEST_F(HttpOverload, OverTheConnectionLimitOnlyHealthIsAnswered) {
  start({.workers = 1, .max_connections = 1});
  const std::jthread running = occupy_worker();
  const std::string answer = raw(kGet);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
  EXPECT_NE(answer.find("too many connections"), std::string::npos) << answer;
  EXPECT_TRUE(raw("GET /health HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200 "));
  open_gate();
}

TEST_F(HttpOverload, ConnectionsThatSayNothingMakeRoomForOthers) {
  start({.max_connections = 4});
  std::vector<RawSocket> silent;
  for (int i = 0; i < 20; ++i) {
    silent.push_back(connect());
    if (i % 3 == 1) silent.back().send("GET / HT");
  }
  EXPECT_EQ(status_of({"GET", "/", {}, ""}), 200);
  EXPECT_EQ(status_of({"GET", "/health", {}, ""}), 200);
}

TEST_F(HttpOverload, UploadsThatStallMakeRoomForOthers) {
  start({.max_connections = 4});
  std::vector<RawSocket> stalled;
  for (int i = 0; i < 4; ++i) {
    stalled.push_back(connect());
    stalled.back().send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60\r\nExpect: 100-continue\r\n\r\n");
    stalled.back().receive("\r\n\r\n");
  }
  EXPECT_EQ(status_of({"GET", "/health", {}, ""}), 200);
  wait_until([&] { return status_of({"GET", "/", {}, ""}) == 200; });
}

// Chunked or by its length: what has not been sent takes no memory.
TEST_F(HttpOverload, AnIdleUploadHoldsNothing) {
  start();
  std::vector<RawSocket> idle;
  for (const char* framing : {"Transfer-Encoding: chunked", "Content-Length: 60000000"}) {
    for (int i = 0; i < 4; ++i) {
      idle.push_back(connect());
      idle.back().send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n" + std::string(framing) + "\r\n\r\n");
      idle.back().receive("\r\n\r\n");
    }
  }
  EXPECT_EQ(server_->load().memory_bytes, 0u);
  EXPECT_EQ(status_of({"POST", "/", {}, std::string(5'000'000, 'x')}), 200);
}

TEST_F(HttpOverload, BodiesThatArrivedAreCountedByteByByte) {
  start({.memory_bytes = 16'000'000});
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11000000\r\n\r\n";
  const RawSocket half_sent = connect();
  ASSERT_TRUE(half_sent.send(head + std::string(5'000'000, 'x')));
  wait_until([&] { return server_->load().memory_bytes >= 5'000'000; });
  const std::string refused = raw(head + std::string(11'000'000, 'x'));
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 503 ")) << refused;
  EXPECT_NE(refused.find("Retry-After: 1"), std::string::npos) << refused;
  EXPECT_EQ(status_of({"POST", "/", {}, std::string(900'000, 'x')}), 200);  // small ones have a share of their own
}

TEST_F(HttpOverload, ABodyThatCanNeverFitIs413) {
  start({.memory_bytes = 1'000'000});
  EXPECT_EQ(status_of({"POST", "/", {}, std::string(800'000, 'x')}), 413);
}

TEST_F(HttpOverload, MemoryGoesBackWithTheAnswer) {
  start();
  EXPECT_EQ(status_of({"POST", "/large", {}, "30000000"}), 200);
  EXPECT_EQ(status_of({"POST", "/", {}, std::string(5'000'000, 'x')}), 200);
  wait_until([&] { return server_->load().memory_bytes == 0; });
}

TEST_F(HttpOverload, WorkThatIsTooLargeIs413OrComesAgain) {
  start({.memory_bytes = 100'000'000});
  EXPECT_EQ(status_of({"POST", "/large", {}, "80000000"}), 413);
  const RawSocket unread = connect();
  unread.send("POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n60000000");
  wait_until([&] { return server_->load().memory_bytes >= 60'000'000; });
  EXPECT_EQ(status_of({"POST", "/large", {}, "60000000"}), 503);
  EXPECT_EQ(status_of({"POST", "/large", {}, "5000000"}), 200);
}

TEST_F(HttpOverload, AnAnswerThatNobodyReadsIsGivenUp) {
  start({.write_timeout = Milliseconds(50)});
  const RawSocket unread = connect();
  unread.send("POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n20000000");
  wait_until([&] { return server_->load().memory_bytes >= 20'000'000; });
  wait_until([&] { return server_->load().connections == 0; });
  EXPECT_EQ(server_->load().memory_bytes, 0u);
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
  wait_until([&] { return unwanted_ == 1; });  // the handler is told
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
  wait_until([&] { return unwanted_ == 1; });  // the handler is told
}

}  // namespace
}  // namespace lineguard::http::test
