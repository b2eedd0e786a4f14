#include "session.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/status.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

#include <lineguard/core/id.h>
#include <lineguard/core/log.h>

namespace lineguard::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorValue = boost::system::error_code;

namespace {

// Headers are read in small steps: what is behind them waits in the kernel until somebody wants it.
constexpr std::size_t kHeadReadBytes = 8 << 10;
// How long the rest of a refused request is thrown away, so that the client reads the answer and no reset.
constexpr Milliseconds kLinger{1000};
constexpr std::uint64_t kSlowestReader_bytes_per_s = 1 << 20;

auto noting(ErrorValue& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

Response too_slow(Milliseconds time) {
  return error_response(408, "timeout", fmt::format("the request did not arrive within {} ms", time.count()));
}

constexpr std::string_view kDeadlineHeader = "X-Lineguard-Deadline-Ms";
constexpr std::string_view kIdHeader = "X-Request-Id";

// Fills request.deadline. An error where the header is there but no number.
Result<void> read_deadline(Request& request) {
  const std::string_view text = request.header(kDeadlineHeader);
  if (text.empty()) return {};
  std::int64_t milliseconds = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  constexpr std::int64_t kMax = 86'400'000;
  if (error != std::errc{} || end != text.data() + text.size() || milliseconds < 0 || milliseconds > kMax) {
    return make_error(ErrorCode::invalid_argument, fmt::format("{}: \"{}\" is not a whole number from 0 to {}",
                                                               kDeadlineHeader, text.substr(0, 40), kMax));
  }
  request.deadline = request.received + Milliseconds(milliseconds);
  return {};
}

// The client's own, where it is short and can stand in any log.
std::string id_of(const Request& request) {
  const std::string_view given = request.header(kIdHeader);
  const bool plain = std::ranges::all_of(given, [](char c) { return c > 0x20 && c < 0x7f; });
  return !given.empty() && given.size() <= 64 && plain ? std::string(given) : new_id();
}

Response too_late() {
  return error_response(504, "timeout", fmt::format("not done within the time that {} gave", kDeadlineHeader));
}

std::string head_of(const Response& response, std::string_view id, unsigned version, bool keep_alive) {
  const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, std::string_view(reason.data(), reason.size()));
  for (const auto& [name, value] : response.headers) head += fmt::format("{}: {}\r\n", name, value);
  head += fmt::format("{}: {}\r\n", kIdHeader, id);
  if (!keep_alive) head += "Connection: close\r\n";
  if (keep_alive && version == 10) head += "Connection: keep-alive\r\n";
  return head += fmt::format("Content-Length: {}\r\n\r\n", response.body.size());
}

Response handle(Call& call) {
  try {
    return call.route->handler(call.request, call.work);
  } catch (const std::bad_alloc&) {
    return busy_response("short of memory; try again");
  } catch (const std::exception& error) {
    log_error("http", fmt::format("a handler failed: {}", error.what()));
    return error_response(500, "internal", "the server failed to handle the request");
  }
}

// On a worker.
Response work_on(Call& call) {
  if (system_clock().now() >= call.request.deadline || !call.work.wanted()) return too_late();
  return handle(call);
}

// One request in flight, for stop() to wait for.
class InFlight {
 public:
  explicit InFlight(Service& service) : service_(service) {
    std::lock_guard lock(service_.mutex);
    ++service_.in_flight;
  }
  ~InFlight() {
    std::lock_guard lock(service_.mutex);
    if (--service_.in_flight == 0) service_.finished.notify_all();
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  Service& service_;
};

}  // namespace

Session::Session(Service& service, tcp::socket socket, bool over_limit)
    : service_(service),
      socket_(std::move(socket)),
      over_limit_(over_limit),
      limit_(service.io),
      changed_(service.io),
      waits_since_(system_clock().now()) {
  ErrorValue ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  service_.sessions.insert(this);
  if (!over_limit_) ++service_.connections;
}

Session::~Session() {
  close();
  service_.sessions.erase(this);
}

// A handler that still runs keeps the session, but no longer the connection.
void Session::close() {
  if (!socket_.is_open()) return;
  if (!over_limit_) --service_.connections;
  ErrorValue ignored;
  socket_.close(ignored);
  lift_limit();
  changed_.cancel();
}

void Session::close_if_idle() {
  if (idle_) close();
}

void Session::limit_time(Milliseconds time) {
  timed_out_ = false;
  limit_.expires_after(time);
  limit_.async_wait([self = shared_from_this(), number = ++limits_set_](ErrorValue error) {
    if (error || number != self->limits_set_) return;
    self->timed_out_ = true;
    ErrorValue ignored;
    self->socket_.cancel(ignored);
  });
}

void Session::lift_limit() {
  ++limits_set_;  // a wait that has ended but was not handled yet means nothing any more
  limit_.cancel();
}

// Into the scratch; 0: the client has ended, or the time is over.
asio::awaitable<std::size_t> Session::read_some(std::size_t most_bytes) {
  while (!timed_out_ && socket_.is_open()) {
    ErrorValue error;
    const std::size_t got = socket_.read_some(asio::buffer(service_.scratch.data(), most_bytes), error);
    if (got > 0) waits_since_ = system_clock().now();
    if (got > 0) co_return got;
    if (error == asio::error::would_block) co_await socket_.async_wait(tcp::socket::wait_read, noting(error));
    if (error && error != asio::error::interrupted) break;
  }
  ended_ = true;
  co_return 0;
}

// Gives the parser what is here. What it does not use yet is kept.
void Session::take(RequestParser& parser, std::size_t in_scratch) {
  const std::string_view fresh(service_.scratch.data(), in_scratch);
  if (pending_.empty()) {
    const std::size_t used = parser.put(fresh);
    pending_.assign(fresh.substr(used));
    return;
  }
  pending_.append(fresh);
  const std::size_t used = parser.put(pending_);
  pending_.erase(0, used);
  if (pending_.capacity() > 4 * kHeadReadBytes && pending_.size() <= kHeadReadBytes) pending_.shrink_to_fit();
}

Milliseconds Session::header_time() const {
  return std::min(service_.config.header_timeout, service_.config.read_timeout);
}

asio::awaitable<void> Session::read_head(RequestParser& parser) {
  idle_ = true;
  limit_time(service_.config.read_timeout);
  take(parser, 0);
  while (!parser.head_done() && !parser.refusal()) {
    if (idle_ && parser.begun()) {
      idle_ = false;
      limit_time(header_time());
    }
    const std::size_t got = co_await read_some(kHeadReadBytes);
    if (got == 0) break;
    take(parser, got);
  }
  idle_ = !parser.begun();
}

asio::awaitable<void> Session::read_body(RequestParser& parser) {
  limit_time(service_.config.read_timeout);
  in_body_ = true;
  if (!pending_.empty()) take(parser, 0);
  while (!parser.done() && !parser.refusal()) {
    const std::size_t got = co_await read_some(std::min(service_.scratch.size(), parser.wanted_bytes()));
    if (got == 0) break;
    take(parser, got);
  }
  in_body_ = false;
  lift_limit();
}

asio::awaitable<bool> Session::write(Response response, std::string_view id, unsigned version, bool keep_alive,
                                     bool head) {
  ErrorValue error;
  waits_since_.reset();
  const std::uint64_t more_s = response.body.size() / kSlowestReader_bytes_per_s;
  limit_time(service_.config.write_timeout + std::chrono::seconds(more_s));
  const std::string text = head_of(response, id, version, keep_alive);
  const std::array<asio::const_buffer, 2> message = {asio::buffer(text),
                                                     head ? asio::const_buffer() : asio::buffer(response.body)};
  co_await asio::async_write(socket_, message, noting(error));
  lift_limit();
  waits_since_ = system_clock().now();
  co_return !error;
}

// Closing with unread bytes would reset the connection and could destroy the answer on its way.
asio::awaitable<void> Session::discard_unread() {
  ErrorValue error;
  socket_.shutdown(tcp::socket::shutdown_send, error);
  limit_time(kLinger);
  pending_.clear();
  ended_ = false;
  while (!error && !ended_) co_await read_some(service_.scratch.size());
  lift_limit();
}

bool Session::client_closed() {
  char byte = 0;
  const ssize_t got = recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

// A client that leaves while its request waits takes its work with it. Once bytes of a next request are here, its
// leaving goes unseen until they are read.
void Session::watch_client() {
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](ErrorValue error) {
    if (error || self->waiting_for_ == nullptr || !self->client_closed()) return;
    self->client_left_ = true;
    self->changed_.cancel();
  });
}

void Session::take_answer(const Call* call, Response response) {
  if (waiting_for_ != call) return;  // too late, or the client has left
  answer_ = std::move(response);
  changed_.cancel();
}

// None: nobody is left to answer.
asio::awaitable<std::optional<Response>> Session::run_on_worker(SharedCall call) {
  if (system_clock().now() >= call->request.deadline) co_return too_late();
  answer_.reset();
  client_left_ = false;
  waiting_for_ = call.get();
  changed_.expires_at(call->request.deadline);
  const auto ticket = service_.pool->submit([self = shared_from_this(), call]() mutable {
    Response response = work_on(*call);
    return [self = std::move(self), call = std::move(call), response = std::move(response)]() mutable {
      asio::io_context& io = self->service_.io;
      // The session goes along: it must not end on this thread. Nor must the request: its memory is the budget's.
      asio::post(io, [self = std::move(self), call = std::move(call), response = std::move(response)]() mutable {
        self->take_answer(call.get(), std::move(response));
      });
    };
  });
  if (ticket == 0) {
    waiting_for_ = nullptr;
    co_return busy_response("the queue is full; try again");
  }
  watch_client();
  ErrorValue error;
  co_await changed_.async_wait(noting(error));
  waiting_for_ = nullptr;
  socket_.cancel(error);  // ends watch_client()
  if (answer_) co_return std::exchange(answer_, std::nullopt);
  call->abandoned = true;
  call->work.stop_.request_stop();
  service_.pool->withdraw(ticket);
  if (client_left_ || !socket_.is_open()) co_return std::nullopt;
  co_return too_late();
}

// All that can refuse a request before its body is read.
std::optional<Response> Session::check_head(Call& call) {
  const auto deadline = read_deadline(call.request);
  if (!deadline) return error_response(400, "invalid_argument", deadline.error().message);
  auto found = service_.router.find(call.request);
  if (auto* refused = std::get_if<Response>(&found)) {
    if (over_limit_) return busy_response("too many connections; try again");
    return std::move(*refused);
  }
  call.route = *std::get_if<const Route*>(&found);
  if (over_limit_ && !call.route->always) return busy_response("too many connections; try again");
  if (service_.draining && call.route->runs_on == RunsOn::worker) return busy_response("the server is shutting down");
  return call.route->check_head ? call.route->check_head(call.request) : std::nullopt;
}

asio::awaitable<Session::Next> Session::finish(RequestParser& parser, SharedCall call, Response response) {
  const bool keep_alive = parser.done() && parser.keep_alive() && !service_.draining && !over_limit_;
  const bool head = call->request.method == "HEAD";
  const std::string id = call->request.id;
  if (service_.observer) service_.observer(call->request, response.status);
  if (!call->abandoned) {
    std::string().swap(call->request.body);
    call->work.memory_.set(response.body.capacity());  // until it is read
  }
  const bool written = co_await write(std::move(response), id, parser.version(), keep_alive, head);
  co_return !written ? Next::close : keep_alive ? Next::read : Next::close_unread;
}

// Where the whole body is here already, the connection can go on.
asio::awaitable<Session::Next> Session::refuse(RequestParser& parser, SharedCall call, Response response) {
  if (!parser.done() && !parser.refusal()) take(parser, 0);
  co_return co_await finish(parser, std::move(call), std::move(response));
}

// The header is read: the request counts from here on.
asio::awaitable<Session::Next> Session::serve_call(RequestParser& parser, SharedCall call) {
  const InFlight counted(service_);
  call->request = std::move(parser.request());
  call->request.received = system_clock().now();
  call->request.id = id_of(call->request);
  std::optional<Response> response = parser.refusal();
  if (response) co_return co_await finish(parser, std::move(call), *std::move(response));
  response = check_head(*call);
  if (response) co_return co_await refuse(parser, std::move(call), *std::move(response));
  if (!parser.done() && parser.expects_continue()) {
    ErrorValue error;
    const std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const asio::const_buffer message = asio::buffer(go_on);
    co_await asio::async_write(socket_, message, noting(error));
  }
  co_await read_body(parser);
  call->request.body = std::move(parser.request().body);
  call->work.body_bytes_ = call->request.body.capacity();
  response = parser.refusal();
  if (!response && !parser.done()) {
    if (!timed_out_) co_return Next::close;
    response = too_slow(service_.config.read_timeout);
  }
  if (response) co_return co_await finish(parser, std::move(call), *std::move(response));
  waits_since_.reset();
  if (call->route->check_body) response = call->route->check_body(call->request);
  if (!response && call->route->runs_on == RunsOn::socket_thread) response = handle(*call);
  if (!response) response = co_await run_on_worker(call);
  if (!response) co_return Next::close;
  co_return co_await finish(parser, std::move(call), *std::move(response));
}

asio::awaitable<Session::Next> Session::serve_one() {
  auto call = std::make_shared<Call>(service_.budget);
  RequestLimits limits;
  limits.body_bytes = std::min(service_.config.max_body_bytes, service_.budget.largest_request_bytes());
  limits.may_hold = [raw = call.get()](std::uint64_t bytes) { return raw->work.memory_.resize(bytes); };
  RequestParser parser(std::move(limits));
  co_await read_head(parser);
  if (parser.head_done()) co_return co_await serve_call(parser, std::move(call));
  lift_limit();
  if (!parser.begun() || (ended_ && !timed_out_)) co_return Next::close;  // idle for too long, or gone
  Response refused = parser.refusal() ? *parser.refusal() : too_slow(header_time());
  const std::string id = new_id();
  co_await write(std::move(refused), id, 11, false, false);
  co_return Next::close_unread;
}

asio::awaitable<void> Session::run() {
  auto next = Next::read;
  while (next == Next::read) next = co_await serve_one();
  if (next == Next::close_unread) co_await discard_unread();
  close();
}

}  // namespace lineguard::http
