// Server: HTTP/1.1 on loopback or the plant network. One thread does the sockets; handlers run on a bounded pool behind
// a bounded queue, so that overload is answered at once (503) and memory does not grow with it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <lineguard/core/clock.h>
#include <lineguard/core/result.h>
#include <lineguard/http/message.h>
#include <lineguard/http/router.h>

namespace lineguard::http {

struct ServerConfig {
  std::string address = "127.0.0.1";  // IPv4 or IPv6 in numbers, or localhost
  std::uint16_t port = 8080;          // 0: any free one, see port()
  // There are no keys and no TLS yet: an address that other machines reach is refused without this.
  bool insecure = false;
  int workers = 2;                    // handlers at once, >= 1
  std::size_t queue = 16;             // requests that may wait for a worker
  std::size_t max_connections = 256;  // beyond them the one that has been idle for longest is closed
  std::uint64_t max_body_bytes = 64u << 20;
  std::uint64_t memory_bytes = 512u << 20;  // that all requests may hold together, see memory_budget.h; beyond it 503
  Milliseconds header_timeout{3'000};       // from a request's first byte to the end of its header
  Milliseconds read_timeout{10'000};        // from there to the end of its body, and for an idle connection
  Milliseconds write_timeout{10'000};       // for an answer to be read, and a second more for each MiB
  int nice = 0;  // added to the socket thread's: a page that only watches must not take time from what it watches
};

// Whether only this machine reaches it: 127.0.0.0/8, ::1, the same as IPv4-mapped IPv6, localhost. What is no address
// in numbers is none of them.
bool is_loopback(std::string_view address);

// Called on the socket thread for every request whose header could be read and that was answered by anyone, the
// server's own 408, 413, 503 and 504 among them. Must return at once.
using Observer = std::function<void(const Request&, int status)>;

struct ServerLoad {
  std::size_t waiting = 0;  // in the queue
  std::size_t running = 0;  // on workers
  std::size_t connections = 0;
  std::uint64_t memory_bytes = 0;  // held by requests
};

// Answered without a handler: 400, 501 and 505 not HTTP/1.1 as RFC 9112 has it, 404 and 405 by the router, 408 too
// slow, 413 body too large (by its Content-Length, before it is read), 431 headers too large, 503 queue full, memory or
// connections at their limit, or draining; all with error_response(), "X-Request-Id", and "Connection: close" where the
// request was not read to its end. At the connection limit a new connection takes the place of the one that has waited
// for its client longest; where none waits it gets one answer: of routes that are answered always, else 503. A request
// that carries X-Lineguard-Deadline-Ms (milliseconds it may take from its header's arrival) is answered 504 once that
// time has passed, and not run if it still waited; one whose client has left is dropped. A client that closes its
// sending side counts as left.
class Server {
 public:
  // Errors: unavailable (port in use, with the address), permission_denied, invalid_argument (address, workers, beyond
  // loopback without `insecure`).
  static Result<std::unique_ptr<Server>> start(const ServerConfig& config, Router router, Observer observer = {});
  ~Server();  // stop(0)

  std::uint16_t port() const;
  ServerLoad load() const;  // thread-safe

  // Closes the listening socket and idle connections, lets requests whose header was read finish for up to `drain`,
  // then closes everything and waits for handlers that still run. Returns whether all finished. Further calls do
  // nothing. From one thread at a time, never from a handler.
  bool stop(Milliseconds drain);

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lineguard::http
