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

class NameLookup;

// Not thread-safe.
class Client {
 public:
  explicit Client(HostPort endpoint);
  Client(HostPort endpoint, NameLookup& names);  // `names` must outlive it
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // Connects if needed, sends, reads the whole answer; never takes longer than until `deadline`, whatever the server
  // does (nor the name look-up: an address that is known is tried at once). A kept connection that the server had
  // closed before it answered anything is opened anew once and the request sent again: use it for requests that may be
  // repeated. An answer with any status is a value. A connection on which anything has come that was not asked for is
  // never used again. Errors: timeout, unavailable (refused, reset, cut), too_large (answer over max_body_bytes),
  // bad_answer (no HTTP, or one whose length is missing, malformed or said twice), invalid_argument (control characters
  // in the request).
  Result<Response> send(const Request& request, SteadyTime deadline, std::uint64_t max_body_bytes = 64u << 20);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lineguard::http
