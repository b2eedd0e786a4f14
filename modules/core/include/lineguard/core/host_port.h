// A network address as people write it: "127.0.0.1:8080".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <lineguard/core/result.h>

namespace lineguard {

struct HostPort {
  std::string host;  // IPv6 without its brackets
  std::uint16_t port = 0;
};
// "127.0.0.1:1502", "[::1]:1502", "plc.local:502"; port 0 to 65535. Errors: invalid_argument, with what was expected.
Result<HostPort> parse_host_port(std::string_view text);
// As parse_host_port() reads it: "[::1]:1502".
std::string text_of(const HostPort& address);

}  // namespace lineguard
