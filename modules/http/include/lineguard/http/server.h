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
  std::size_t max_connections = 256;  // further ones are answered 503 and closed
  std::uint64_t max_body_bytes = 64u << 20;
  std::uint64_t max_buffered_bytes = 256u << 20;  // of all bodies that are held at once; beyond it 503
  Milliseconds read_timeout{10'000};              // for a whole request to arrive, and for an idle connection
};

// Called on the socket thread and must return at once: health, metrics, lists, refusals. None: the worker handler's
// work.
using ImmediateHandler = std::function<std::optional<Response>(const Request&)>;
// Called on a worker; must not throw (an exception is answered with 500).
using WorkerHandler = std::function<Response(const Request&)>;

// Called on the socket thread for every request whose header could be read and that was answered by anyone, the
// server's own 408, 413, 503 and 504 among them. Must return at once.
using Observer = std::function<void(const Request&, int status)>;

struct ServerLoad {
  std::size_t waiting = 0;  // in the queue
  std::size_t running = 0;  // on workers
  std::size_t connections = 0;
};

// Answered without a handler: 400 malformed, 408 too slow, 413 body too large (by its Content-Length, before it is
// read), 431 headers too large, 503 queue full, connection limit or draining; all with error_response() and
// "Connection: close" where the request was not read to its end. A request that carries X-Lineguard-Deadline-Ms
// (milliseconds it may take from its header's arrival) is answered 504 once that time has passed, and not run if it
// still waited; one whose client has left is dropped. A client that closes its sending side counts as left.
class Server {
 public:
  // Errors: unavailable (port in use, with the address), permission_denied, invalid_argument (address, workers).
  static Result<std::unique_ptr<Server>> start(const ServerConfig& config, ImmediateHandler immediate,
                                               WorkerHandler worker, Observer observer = {});
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
