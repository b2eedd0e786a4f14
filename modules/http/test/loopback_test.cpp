#include <gtest/gtest.h>

#include <lineguard/http/server.h>

namespace lineguard::http {
namespace {

TEST(Loopback, IsWhatOnlyThisMachineReaches) {
  for (const char* address : {"127.0.0.1", "127.1.2.3", "127.255.255.255", "::1", "::ffff:127.0.0.1", "localhost"})
    EXPECT_TRUE(is_loopback(address)) << address;
  for (const char* address :
       {"0.0.0.0", "::", "::ffff:0.0.0.0", "10.0.0.7", "192.168.1.2", "::ffff:10.0.0.7", "fe80::1", "128.0.0.1",
        "example.org", "localhost.example.org", "", "127.0.0.1.example.org"})
    EXPECT_FALSE(is_loopback(address)) << address;
}

TEST(Loopback, BeyondItAServerStartsOnlyOnPurpose) {
  for (const char* address : {"0.0.0.0", "::", "::ffff:0.0.0.0"}) {
    auto refused = Server::start({.address = address, .port = 0}, Router{});
    ASSERT_FALSE(refused) << address;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(refused.error().message.find("loopback"), std::string::npos) << refused.error().message;
  }
  auto on_purpose = Server::start({.address = "0.0.0.0", .port = 0, .insecure = true}, Router{});
  EXPECT_TRUE(on_purpose) << on_purpose.error().message;
}

TEST(Loopback, AllOfItIsServed) {
  for (const char* address : {"127.0.0.1", "127.0.0.2", "localhost"}) {
    auto started = Server::start({.address = address, .port = 0}, Router{});
    EXPECT_TRUE(started) << started.error().message;
  }
}

}  // namespace
}  // namespace lineguard::http
