// Server: HTTP/1.1 on loopback or the plant network. One thread does the sockets; handlers run on a bounded pool behind
// a bounded queue, so that overload is answered at once (503) and memory does not grow with it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <lineguard/core/clock.h>
#include <lineguard/core/result.h>
#include <lineguard/http/message.h>

namespace lineguard::http {

struct ServerConfig {
  std::string address = "127.0.0.1";  // IPv4 or IPv6 in numbers
  std::uint16_t port = 8080;          // 0: any free one, see port()
  int workers = 2;                    // handlers at once, >= 1
  std::size_t queue = 16;             // requests that may wait for a worker
  std::size_t max_connections = 256;  // further ones are closed at once
  std::uint64_t max_body_bytes = 64u << 20;
  Milliseconds read_timeout{10'000};  // for a whole request to arrive, and for an idle connection
};

// Called on the socket thread and must return at once: health, metrics, lists, refusals. None: the worker handler's
// work.
using ImmediateHandler = std::function<std::optional<Response>(const Request&)>;
// Called on a worker; must not throw (an exception is answered with 500).
using WorkerHandler = std::function<Response(const Request&)>;

struct ServerLoad {
  std::size_t waiting = 0;  // in the queue
  std::size_t running = 0;  // on workers
  std::size_t connections = 0;
};

// Answered without a handler: 400 malformed, 408 too slow, 413 body too large (by its Content-Length, before it is
// read), 431 headers too large, 503 queue full, connection limit or draining; all with error_response() and
// "Connection: close" where the request was not read to its end. A request that carries X-Lineguard-Deadline-Ms
// (milliseconds it may take) is answered 504 instead of run once that time has passed; one whose client has left is
// dropped.
class Server {
 public:
  // Errors: unavailable (port in use, with the address), permission_denied, invalid_argument (address).
  static Result<std::unique_ptr<Server>> start(const ServerConfig& config, ImmediateHandler immediate,
                                               WorkerHandler worker);
  ~Server();  // stop(0)

  std::uint16_t port() const;
  ServerLoad load() const;  // thread-safe

  // Takes no new connections or requests, lets those that were accepted finish for up to `drain`, then closes.
  // Returns whether all finished. Call once, from any thread but a handler's.
  bool stop(Milliseconds drain);

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lineguard::http
