#include "server_fixture.h"

namespace lineguard::http::test {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(HttpServer, EchoesOverOneConnection) {
  start();
  Client client({"127.0.0.1", server_->port()});
  for (const std::size_t size : {0u, 10u, 200'000u, 3'000'000u}) {
    auto response = client.send({"POST", "/", {}, std::string(size, 'x')}, soon());
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body.size(), size);
  }
  EXPECT_EQ(server_->load().connections, 1u);
  EXPECT_EQ(statuses(), (std::vector{200, 200, 200, 200}));
}

TEST_F(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  start();
  const std::string answers =
      raw("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nfirst"
          "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecond");
  EXPECT_LT(answers.find("first"), answers.find("second"));
  EXPECT_TRUE(contains(answers, "second"));
}

TEST_F(HttpServer, ChunkedBodiesAreRead) {
  start();
  const std::string answer =
      raw("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
          "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_TRUE(contains(answer, "abcde")) << answer;
}

TEST_F(HttpServer, ExpectContinueIsGrantedBeforeTheBody) {
  start();
  const RawSocket socket = connect();
  socket.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(contains(socket.receive("\r\n\r\n"), "HTTP/1.1 100 "));
  socket.send("body");
  EXPECT_TRUE(contains(socket.receive(), "body"));
}

TEST_F(HttpServer, ExpectContinueIsRefusedForATooLargeBody) {
  start({.max_body_bytes = 10});
  const std::string answer = raw("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
}

TEST_F(HttpServer, HeadGetsTheLengthWithoutTheBody) {
  start();
  const std::string answer = raw("HEAD /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(contains(answer, "Content-Length: 2\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(HttpServer, MalformedRequestsGetJsonErrors) {
  start({.max_body_bytes = 1000});
  const std::string nonsense = raw("NONSENSE\r\n\r\n");
  EXPECT_TRUE(nonsense.starts_with("HTTP/1.1 400 ")) << nonsense;
  EXPECT_TRUE(contains(nonsense, "\"code\":\"invalid_argument\"")) << nonsense;
  EXPECT_TRUE(raw("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n").starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(raw("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(raw("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Lineguard-Deadline-Ms: soon\r\n\r\n")
                  .starts_with("HTTP/1.1 400 "));
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpServer, AClaimedTerabyteIsRefusedBeforeItIsSent) {
  start();
  const std::string claimed = raw("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n");
  EXPECT_TRUE(claimed.starts_with("HTTP/1.1 413 ")) << claimed;
  EXPECT_TRUE(contains(claimed, "\"code\":\"too_large\""));
}

TEST_F(HttpServer, AChunkedBodyOverTheLimitIsRefused) {
  start({.max_body_bytes = 4});
  const std::string answer =
      raw("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
  EXPECT_EQ(statuses(), std::vector{413});
}

// The client writes megabytes that nobody will read: the answer must reach it all the same, and no reset.
TEST_F(HttpServer, ARefusalReachesAClientThatIsStillSending) {
  start({.max_body_bytes = 1000});
  EXPECT_EQ(status_of({"POST", "/", {}, std::string(5'000'000, 'x')}), 413);
}

TEST_F(HttpServer, ASenderOfHalfAHeaderIsToldAndCut) {
  start({.read_timeout = Milliseconds(50)});
  EXPECT_TRUE(raw("GET / HTTP/1.1\r\nHos").starts_with("HTTP/1.1 408 "));
}

TEST_F(HttpServer, ASenderOfHalfABodyIsToldAndCut) {
  start({.read_timeout = Milliseconds(50)});
  const std::string answer = raw("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
  EXPECT_EQ(handled_, 0);
}

// One byte now and then keeps no connection alive: the time is for the whole request.
TEST_F(HttpServer, ADrippingSenderIsCut) {
  start({.read_timeout = Milliseconds(50)});
  const RawSocket socket = connect();
  ASSERT_TRUE(socket.send("GET / HTTP/1.1\r\nX: "));
  wait_until([&] { return !socket.send("a"); });
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpServer, AClientThatEndsInTheMiddleIsForgotten) {
  start();
  const RawSocket socket = connect();
  socket.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  socket.end_sending();
  EXPECT_EQ(socket.receive(), "");
  wait_until([&] { return server_->load().connections == 0; });
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpServer, AnIdleConnectionIsClosedWithoutAWord) {
  start({.read_timeout = Milliseconds(20)});
  EXPECT_EQ(connect().receive(), "");
}

// The time for a header is shorter than that for a body.
TEST_F(HttpServer, ASlowHeaderIsCutLongBeforeASlowBody) {
  start({.header_timeout = Milliseconds(30), .read_timeout = Milliseconds(60'000)});
  const std::string answer = raw("GET / HTTP/1.1\r\nHos");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
  EXPECT_TRUE(contains(answer, "30 ms")) << answer;
}

TEST_F(HttpServer, EveryAnswerHasAnId) {
  start();
  const auto ours = send({"GET", "/health", {}, ""});
  ASSERT_TRUE(ours);
  EXPECT_EQ(ours->header("X-Request-Id").size(), 32u);
  EXPECT_EQ(send({"GET", "/nowhere", {{"X-Request-Id", "part-4711"}}, ""})->header("X-Request-Id"), "part-4711");
  for (const std::string& unfit : {std::string(65, 'a'), std::string("two words"), std::string("\xc3\xa4")})
    EXPECT_EQ(send({"GET", "/health", {{"X-Request-Id", unfit}}, ""})->header("X-Request-Id").size(), 32u) << unfit;
  EXPECT_TRUE(contains(raw("NONSENSE\r\n\r\n"), "X-Request-Id: "));
}

TEST_F(HttpServer, WhatHasNoRouteIsRefusedBeforeItsBody) {
  start();
  const std::string head = " HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\nExpect: 100-continue\r\n\r\n";
  EXPECT_TRUE(raw("POST /nowhere" + head).starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(raw("DELETE /health" + head).starts_with("HTTP/1.1 405 "));
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpServer, AHandlerThatThrowsIs500WithoutItsWords) {
  start();
  auto response = send({"GET", "/throw", {}, ""});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 500);
  EXPECT_FALSE(contains(response->body, "secret"));
}

TEST_F(HttpServer, StopLetsRequestsInFlightFinish) {
  start({.workers = 1});
  std::jthread running([&] { EXPECT_EQ(send({"GET", "/wait", {}, "body"})->body, "body"); });
  wait_until([&] { return handled_ == 1; });
  std::jthread waiting([&] { EXPECT_EQ(send({"GET", "/", {}, "queued"})->body, "queued"); });
  wait_until([&] { return server_->load().waiting == 1; });
  std::jthread stopper([&] { EXPECT_TRUE(server_->stop(std::chrono::seconds(60))); });
  // The listening socket is closed once connecting fails: the drain has begun while the requests are in flight.
  wait_until([&] { return !send({"GET", "/health", {}, ""}).ok(); });
  open_gate();
}

TEST_F(HttpServer, StopRefusesNewRequestsOnKeptConnectionsAndTellsThemToClose) {
  start({.workers = 1});
  const RawSocket kept = connect();
  kept.send("GET / HTTP/1.1\r\nHost: x");  // half a header: the connection is not idle
  std::jthread running([&] { EXPECT_EQ(send({"GET", "/wait", {}, "body"})->body, "body"); });
  wait_until([&] { return handled_ == 1; });
  std::jthread stopper([&] { EXPECT_TRUE(server_->stop(std::chrono::seconds(60))); });
  wait_until([&] { return !send({"GET", "/health", {}, ""}).ok(); });
  kept.send("\r\n\r\n");
  const std::string answer = kept.receive();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
  EXPECT_TRUE(contains(answer, "Connection: close")) << answer;
  open_gate();
}

TEST_F(HttpServer, StopCutsWhatIsNotFinishedInTimeAndWaitsForItsHandler) {
  start({.workers = 1});
  std::jthread client([&] {
    EXPECT_FALSE(send({"GET", "/wait", {}, ""}));
    open_gate();  // only now may the handler end
  });
  wait_until([&] { return handled_ == 1; });
  EXPECT_FALSE(server_->stop(Milliseconds(0)));
  EXPECT_EQ(server_->load().running, 0u);
}

TEST_F(HttpServer, StopClosesIdleConnectionsAtOnce) {
  start();
  const RawSocket idle = connect();
  wait_until([&] { return server_->load().connections == 1; });
  EXPECT_TRUE(server_->stop(std::chrono::seconds(60)));
  EXPECT_EQ(idle.receive(), "");
  EXPECT_TRUE(server_->stop(Milliseconds(0)));
}

TEST_F(HttpServer, APortInUseIsNamed) {
  start();
  auto second = Server::start({.port = server_->port()}, Router{});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(contains(second.error().message, "127.0.0.1:" + std::to_string(server_->port())));
}

TEST(HttpServerStart, RefusesWhatIsNoAddress) {
  auto started = Server::start({.address = "everywhere"}, Router{});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(contains(started.error().message, "everywhere"));
}

}  // namespace
}  // namespace lineguard::http::test
