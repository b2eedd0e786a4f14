// One connection of the server: reads requests, has them answered, writes the answers. Everything here runs on the
// socket thread; only the worker handler runs elsewhere. Included by the module's own Asio files alone.
#pragma once

#include "worker_pool.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <lineguard/http/server.h>

namespace lineguard::http {

class Session;

// What the sessions of one server share; outlives them.
struct Service {
  ServerConfig config;
  ImmediateHandler immediate;
  WorkerHandler worker;
  Observer observer;
  std::unique_ptr<WorkerPool> pool;
  std::atomic<std::size_t> connections{0};
  std::atomic<bool> draining{false};

  std::mutex mutex;
  std::condition_variable finished;
  std::size_t in_flight = 0;  // requests between their header's end and their answer's end; under mutex

  // The socket thread's alone:
  std::uint64_t buffered_bytes = 0;  // bodies held at this moment
  std::set<Session*> sessions;
  boost::asio::io_context io{1};  // last: destroying it destroys the sessions, which use the rest
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Service& service, boost::asio::ip::tcp::socket socket);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Serves until the client or the server has enough.
  boost::asio::awaitable<void> run();
  // Answers 503 whatever is asked: one connection too many.
  boost::asio::awaitable<void> turn_away();
  void close_if_idle();
  void close();

 private:
  enum class Next { read, close, close_unread };

  boost::asio::awaitable<Next> serve_one();
  template <typename Parser>
  boost::asio::awaitable<Next> serve_body(Parser& parser);
  template <typename Parser>
  boost::asio::awaitable<boost::system::error_code> read(Parser& parser, bool header_only);
  boost::asio::awaitable<boost::system::error_code> read_some();
  boost::asio::awaitable<std::optional<Response>> answer(std::shared_ptr<const Request> request, bool accepted);
  boost::asio::awaitable<std::optional<Response>> have_worked(std::shared_ptr<const Request> request);
  boost::asio::awaitable<bool> write(Response response, unsigned version, bool keep_alive, bool head);
  boost::asio::awaitable<void> discard_unread();
  void take_answer(const Request* request, Response response);
  void watch_client();
  bool client_closed();

  // Cancels the socket's operations once `time` is over, and sets timed_out_.
  void limit_time(Milliseconds time);
  void lift_limit();

  Service& service_;
  boost::asio::ip::tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  boost::asio::steady_timer limit_, changed_;
  std::uint64_t limits_set_ = 0;
  bool timed_out_ = false;
  bool idle_ = true;                      // no byte of the next request is here
  bool client_left_ = false;              // while its request was being worked on
  const Request* waiting_for_ = nullptr;  // the request whose answer is awaited
  std::optional<Response> answer_;
};

}  // namespace lineguard::http
