#include "worker_pool.h"

#include <atomic>
#include <charconv>
#include <thread>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include <lineguard/core/log.h>
#include <lineguard/http/server.h>

namespace lineguard::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using asio::ip::tcp;

namespace {

using Parser = bhttp::request_parser<bhttp::string_body>;
using Outgoing = bhttp::response<bhttp::string_body>;

constexpr std::uint32_t kMaxHeaderBytes = 16 * 1024;
constexpr std::size_t kReadAhead = 1 << 20;  // without it a 200 KB body takes six times as long

Request plain(const bhttp::request<bhttp::string_body>& message) {
  Request request;
  request.method = message.method_string();
  request.target = message.target();
  for (const auto& field : message) request.headers.emplace(field.name_string(), field.value());
  request.body = message.body();
  return request;
}

Outgoing outgoing(Response response, unsigned version, bool keep_alive) {
  Outgoing message(static_cast<bhttp::status>(response.status), version);
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.keep_alive(keep_alive);
  message.body() = std::move(response.body);
  message.prepare_payload();
  return message;
}

Response busy(std::string_view why) {
  Response response = error_response(503, "unavailable", why);
  response.headers["Retry-After"] = "1";
  return response;
}

// What a request that cannot be read deserves; none: the connection just ended.
std::optional<Response> refusal(const beast::error_code& error) {
  if (error == bhttp::error::body_limit) return error_response(413, "too_large", "the body is larger than allowed");
  if (error == bhttp::error::header_limit)
    return error_response(431, "too_large", "the headers are larger than allowed");
  if (error == beast::error::timeout) return error_response(408, "timeout", "the request did not arrive in time");
  const bool malformed = error.category() == bhttp::make_error_code(bhttp::error::bad_method).category() &&
                         error != bhttp::error::end_of_stream && error != bhttp::error::partial_message;
  if (malformed) return error_response(400, "invalid_argument", "malformed HTTP request: " + error.message());
  return std::nullopt;
}

// When the client no longer wants the answer: X-Lineguard-Deadline-Ms after the request came in.
std::optional<SteadyTime> deadline_of(const Request& request, SteadyTime received) {
  const std::string_view text = request.header("X-Lineguard-Deadline-Ms");
  int milliseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || milliseconds < 0) return std::nullopt;
  return received + Milliseconds(milliseconds);
}

// One request on its way through the pool. The worker fills `response`; the socket thread waits on `done`.
struct Job {
  Job(asio::io_context& io, Request asked) : request(std::move(asked)), done(io, SteadyTime::max()) {}
  Request request;
  std::optional<SteadyTime> deadline;
  std::atomic<bool> abandoned{false};
  std::optional<Response> response;  // the worker's until it posts, then the socket thread's
  bool answered = false;             // the socket thread's: the worker has posted
  asio::steady_timer done;
};

}  // namespace

struct Server::State {
  ServerConfig config;
  ImmediateHandler immediate;
  WorkerHandler worker;
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  std::unique_ptr<WorkerPool> pool;
  std::atomic<std::size_t> connections{0}, answering{0};
  std::atomic<bool> draining{false};
  std::uint16_t port = 0;
  std::jthread thread;

  asio::awaitable<void> accept_connections();
  asio::awaitable<void> serve(tcp::socket socket);
  asio::awaitable<std::optional<Response>> answer(beast::tcp_stream& stream, Request request);
  asio::awaitable<void> wait_for(std::shared_ptr<Job> job);
  asio::awaitable<void> watch_client(beast::tcp_stream& stream, std::shared_ptr<Job> job);
  void run(const std::shared_ptr<Job>& job);
};

namespace {

constexpr auto kNoThrow = [](beast::error_code& error) { return asio::redirect_error(asio::use_awaitable, error); };

}  // namespace

// On a worker.
void Server::State::run(const std::shared_ptr<Job>& job) {
  if (job->abandoned) return;
  if (job->deadline && system_clock().now() > *job->deadline) {
    job->response = error_response(504, "timeout", "the deadline passed while the request waited");
  } else {
    try {
      job->response = worker(job->request);
    } catch (const std::exception& error) {
      log_error("http", fmt::format("a handler failed: {}", error.what()));
      job->response = error_response(500, "internal", "the server failed to handle the request");
    }
  }
  asio::post(io, [job] {
    job->answered = true;
    job->done.cancel();
  });
}

asio::awaitable<void> Server::State::wait_for(std::shared_ptr<Job> job) {
  beast::error_code ignored;
  co_await job->done.async_wait(kNoThrow(ignored));
}

// A client that leaves while its request waits takes its work with it.
asio::awaitable<void> Server::State::watch_client(beast::tcp_stream& stream, std::shared_ptr<Job> job) {
  beast::error_code error;
  co_await stream.socket().async_wait(tcp::socket::wait_read, kNoThrow(error));
  if (error || job->answered) co_return;
  char byte = 0;
  stream.socket().non_blocking(true, error);
  const std::size_t got = stream.socket().receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
  const bool left = (got == 0 && error != asio::error::would_block) || error == asio::error::connection_reset;
  if (!left) co_return;  // the next request is here already
  job->abandoned = true;
  job->done.cancel();
}

asio::awaitable<std::optional<Response>> Server::State::answer(beast::tcp_stream& stream, Request request) {
  if (auto response = immediate ? immediate(request) : std::nullopt) co_return response;
  if (draining) co_return busy("the server is shutting down");
  auto job = std::make_shared<Job>(io, std::move(request));
  job->deadline = deadline_of(job->request, system_clock().now());
  if (!pool->submit([this, job] { run(job); })) co_return busy("the queue is full; try again");
  asio::co_spawn(io, watch_client(stream, job), asio::detached);
  co_await wait_for(job);
  beast::error_code ignored;
  stream.socket().cancel(ignored);  // ends watch_client() before the stream can go
  co_await asio::post(io, asio::use_awaitable);
  co_return job->answered ? std::move(job->response) : std::nullopt;
}

asio::awaitable<void> Server::State::serve(tcp::socket socket) {
  beast::tcp_stream stream(std::move(socket));
  beast::error_code error;
  stream.socket().set_option(tcp::no_delay(true), error);
  beast::flat_buffer buffer;
  buffer.reserve(kReadAhead);
  bool keep_alive = true;
  while (keep_alive) {
    Parser parser;
    parser.header_limit(kMaxHeaderBytes);
    parser.body_limit(config.max_body_bytes);
    stream.expires_after(config.read_timeout);
    co_await bhttp::async_read_header(stream, buffer, parser, kNoThrow(error));
    if (!error && bhttp::token_list{parser.get()[bhttp::field::expect]}.exists("100-continue")) {
      bhttp::response<bhttp::empty_body> go_on(bhttp::status::continue_, parser.get().version());
      co_await bhttp::async_write(stream, go_on, kNoThrow(error));
    }
    if (!error && !parser.is_done()) co_await bhttp::async_read(stream, buffer, parser, kNoThrow(error));
    std::optional<Response> response;
    unsigned version = 11;
    ++answering;
    if (error) {
      response = refusal(error);
      keep_alive = false;
    } else {
      version = parser.get().version();
      keep_alive = parser.keep_alive();
      stream.expires_never();
      response = co_await answer(stream, plain(parser.release()));
    }
    if (draining) keep_alive = false;
    if (response) {
      stream.expires_after(config.read_timeout);
      const Outgoing message = outgoing(std::move(*response), version, keep_alive);
      co_await bhttp::async_write(stream, message, kNoThrow(error));
    } else {
      keep_alive = false;
    }
    --answering;
    if (error) break;
  }
  stream.socket().shutdown(tcp::socket::shutdown_send, error);
  --connections;
}

asio::awaitable<void> Server::State::accept_connections() {
  while (acceptor.is_open()) {
    beast::error_code error;
    tcp::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) {  // no descriptors left, most likely: give the others time to end
      asio::steady_timer pause(io, Milliseconds(20));
      co_await pause.async_wait(kNoThrow(error));
      continue;
    }
    if (connections >= config.max_connections || draining) continue;  // closed as it goes out of scope
    ++connections;
    asio::co_spawn(io, serve(std::move(socket)), asio::detached);
  }
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() {
  stop(Milliseconds(0));
}

std::uint16_t Server::port() const {
  return state_->port;
}

ServerLoad Server::load() const {
  return {state_->pool ? state_->pool->waiting() : 0, state_->pool ? state_->pool->running() : 0, state_->connections};
}

Result<std::unique_ptr<Server>> Server::start(const ServerConfig& config, ImmediateHandler immediate,
                                              WorkerHandler worker) {
  const std::string where = fmt::format("{}:{}", config.address, config.port);
  beast::error_code error;
  const auto address = asio::ip::make_address(config.address == "localhost" ? "127.0.0.1" : config.address, error);
  if (error || config.workers < 1) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("cannot listen on {}: expected an IP address and one worker or more", where));
  }
  auto state = std::make_unique<State>();
  state->config = config;
  state->immediate = std::move(immediate);
  state->worker = std::move(worker);
  const tcp::endpoint endpoint(address, config.port);
  state->acceptor.open(endpoint.protocol(), error);
  if (!error) state->acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) state->acceptor.bind(endpoint, error);
  if (!error) state->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    const auto code = error == asio::error::access_denied ? ErrorCode::permission_denied : ErrorCode::unavailable;
    return make_error(
        code, fmt::format("cannot listen on {}: {}; is another program using the port?", where, error.message()));
  }
  state->port = state->acceptor.local_endpoint().port();
  state->pool = std::make_unique<WorkerPool>(config.workers, config.queue);
  asio::co_spawn(state->io, state->accept_connections(), asio::detached);
  state->thread = std::jthread([io = &state->io] { io->run(); });
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

bool Server::stop(Milliseconds drain) {
  State& state = *state_;
  if (!state.thread.joinable()) return true;
  state.draining = true;
  asio::post(state.io, [&state] {
    beast::error_code ignored;
    state.acceptor.close(ignored);
  });
  const SteadyTime give_up = system_clock().now() + drain;
  while (state.answering > 0 && system_clock().now() < give_up) {
    system_clock().sleep_until(system_clock().now() + Milliseconds(2));
  }
  const bool finished = state.answering == 0;
  state.io.stop();
  state.thread.join();
  state.pool.reset();  // waits for the handlers that still run
  return finished;
}

}  // namespace lineguard::http
