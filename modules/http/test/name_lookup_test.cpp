#include <atomic>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include <lineguard/http/name_lookup.h>
#include <lineguard/http/recent_answer.h>

namespace lineguard::http {
namespace {

SteadyTime soon() {
  return system_clock().now() + std::chrono::seconds(60);
}

TEST(NameLookup, AnAddressIsItsOwnAnswer) {
  NameLookup names([](const std::string& host) -> Result<std::vector<std::string>> {
    return make_error(ErrorCode::unavailable, host);
  });
  EXPECT_EQ(*names.find("10.0.0.7", soon()), std::vector<std::string>{"10.0.0.7"});
  EXPECT_EQ(*names.find("::1", soon()), std::vector<std::string>{"::1"});
  EXPECT_EQ(*names.find("localhost", soon()), std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(names.find("plc.plant", soon()).error().code, ErrorCode::unavailable);
}

// A hundred questions while the name server hangs cost one thread, not a hundred.
TEST(NameLookup, AsksOnceAtATimeAndNobodyWaitsLongerThanWanted) {
  std::promise<void> gate;
  const auto opened = gate.get_future().share();
  const auto asked = std::make_shared<std::atomic<int>>(0);
  NameLookup names([asked, opened](const std::string&) -> Result<std::vector<std::string>> {
    ++*asked;
    opened.wait();
    return std::vector<std::string>{"10.0.0.7"};
  });
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(names.find("server.plant", system_clock().now()).error().code, ErrorCode::timeout);
    EXPECT_TRUE(names.known("server.plant").empty());
  }
  gate.set_value();
  EXPECT_EQ(*names.find("server.plant", soon()), std::vector<std::string>{"10.0.0.7"});
  EXPECT_LE(*asked, 2);
  EXPECT_EQ(names.known("server.plant"), std::vector<std::string>{"10.0.0.7"});
}

TEST(NameLookup, KeepsWhatWasFoundWhenTheNameServerFails) {
  std::atomic<int> asked{0};
  NameLookup names([&asked](const std::string&) -> Result<std::vector<std::string>> {
    if (asked++ == 0) return std::vector<std::string>{"10.0.0.7"};
    throw std::runtime_error("no name server");
  });
  ASSERT_TRUE(names.find("server.plant", soon()));
  EXPECT_EQ(names.find("server.plant", soon()).error().code, ErrorCode::unavailable);
  EXPECT_EQ(names.known("server.plant"), std::vector<std::string>{"10.0.0.7"});
  while (asked < 3) std::this_thread::yield();
}

TEST(RecentAnswer, IsComputedNowAndThenHoweverOftenItIsAskedFor) {
  ManualClock clock;
  int computed = 0;
  RecentAnswer recent([&] { return json_response(200, std::to_string(++computed)); }, Milliseconds(50), clock);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(recent.get().body, "1");
  clock.advance(Milliseconds(51));
  EXPECT_EQ(recent.get().body, "2");
}

}  // namespace
}  // namespace lineguard::http
