// One connection of the server: reads requests, has them answered, writes the answers. Everything here runs on the
// socket thread; only workers' handlers run elsewhere. Included by the module's own Asio files alone.
#pragma once

#include "request_parser.h"
#include "worker_pool.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <lineguard/http/server.h>

namespace lineguard::http {

class Session;

// What the sessions of one server share; outlives them.
struct Service {
  explicit Service(const ServerConfig& given) : config(given), budget(given.memory_bytes) {}

  const ServerConfig config;
  Router router;
  Observer observer;
  MemoryBudget budget;
  std::unique_ptr<WorkerPool> pool;
  std::atomic<std::size_t> connections{0};  // those over the limit are not counted
  std::atomic<bool> draining{false};

  std::mutex mutex;
  std::condition_variable finished;
  std::size_t in_flight = 0;  // requests between their header's end and their answer's end; under mutex

  // The socket thread's alone:
  std::vector<char> scratch = std::vector<char>(256 << 10);  // what a socket gives is read here: idle ones hold nothing
  std::set<Session*> sessions;
  boost::asio::io_context io{1};  // last: destroying it destroys the sessions, which use the rest
};

// One request, from the end of its header; shared with the worker, which may outlast the connection.
struct Call {
  explicit Call(MemoryBudget& budget) : work(budget) {}
  Request request;
  Work work;
  const Route* route = nullptr;
  bool abandoned = false;  // a worker may still use all of this; the session must not
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  // `over_limit`: one answer for the routes that are answered always, 503 for all others.
  Session(Service& service, boost::asio::ip::tcp::socket socket, bool over_limit);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Serves until the client or the server has enough.
  boost::asio::awaitable<void> run();
  void close_if_idle();
  void close();

  bool over_limit() const { return over_limit_; }
  bool is_open() const { return socket_.is_open(); }
  // Since when nothing has come from a client whose turn it is; none: the server works for it.
  std::optional<SteadyTime> waits_since() const { return waits_since_; }
  bool in_body() const { return in_body_; }

 private:
  enum class Next { read, close, close_unread };
  using SharedCall = std::shared_ptr<Call>;

  boost::asio::awaitable<Next> serve_one();
  boost::asio::awaitable<Next> serve_call(RequestParser& parser, SharedCall call);
  boost::asio::awaitable<Next> refuse(RequestParser& parser, SharedCall call, Response response);
  boost::asio::awaitable<Next> finish(RequestParser& parser, SharedCall call, Response response);
  boost::asio::awaitable<void> read_head(RequestParser& parser);
  boost::asio::awaitable<void> read_body(RequestParser& parser);
  boost::asio::awaitable<std::size_t> read_some(std::size_t most_bytes);
  boost::asio::awaitable<std::optional<Response>> run_on_worker(SharedCall call);
  boost::asio::awaitable<bool> write(Response response, std::string_view id, unsigned version, bool keep_alive,
                                     bool head);
  boost::asio::awaitable<void> discard_unread();
  std::optional<Response> check_head(Call& call);
  Milliseconds header_time() const;
  void take(RequestParser& parser, std::size_t in_scratch);
  void take_answer(const Call* call, Response response);
  void watch_client();
  bool client_closed();

  // Cancels the socket's operations once `time` is over, and sets timed_out_.
  void limit_time(Milliseconds time);
  void lift_limit();

  Service& service_;
  boost::asio::ip::tcp::socket socket_;
  const bool over_limit_;
  std::string pending_;  // read and not used yet: part of a header or a chunk's line, or a next request
  boost::asio::steady_timer limit_, changed_;
  std::uint64_t limits_set_ = 0;
  bool timed_out_ = false, ended_ = false;
  bool idle_ = true;  // no byte of the next request is here
  bool in_body_ = false;
  std::optional<SteadyTime> waits_since_;
  bool client_left_ = false;           // while its request was being worked on
  const Call* waiting_for_ = nullptr;  // the request whose answer is awaited
  std::optional<Response> answer_;
};

}  // namespace lineguard::http
