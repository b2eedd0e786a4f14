// Client: one keep-alive connection to one server.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <lineguard/core/clock.h>
#include <lineguard/core/host_port.h>
#include <lineguard/core/result.h>
#include <lineguard/http/message.h>

namespace lineguard::http {

// "http://127.0.0.1:8080" (a path is not allowed). Errors: invalid_argument, with what was expected; https is
// unsupported.
Result<HostPort> parse_url(const std::string& url);

// Not thread-safe.
class Client {
 public:
  explicit Client(HostPort endpoint);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // Connects if needed, sends, reads the whole answer; never takes longer than until `deadline`, whatever the server
  // does (nor the name look-up). A kept connection that the server had closed before it answered anything is opened
  // anew once and the request sent again: use it for requests that may be repeated. An answer with any status is a
  // value.
  // Errors: timeout, unavailable (refused, reset), too_large (answer over max_body_bytes), corrupt_data (no HTTP).
  Result<Response> send(const Request& request, SteadyTime deadline, std::uint64_t max_body_bytes = 64u << 20);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lineguard::http
