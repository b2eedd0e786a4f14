#include "session.h"

#include <array>
#include <charconv>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

#include <lineguard/core/log.h>

namespace lineguard::http {

namespace asio = boost::asio;
namespace bhttp = boost::beast::http;
using asio::ip::tcp;
using ErrorValue = boost::system::error_code;

namespace {

using RequestParser = bhttp::request_parser<bhttp::string_body>;
using Outgoing = bhttp::response<bhttp::string_body>;

constexpr std::uint32_t kMaxHeaderBytes = 16 * 1024;
// Read at once: with Beast's own 1.5 KB steps a 200 KB body takes six times as long. A connection that sends little
// grows to little: the buffer follows what was asked for.
constexpr std::size_t kFirstReadBytes = 4 << 10, kBodyReadBytes = 256 << 10;
// How long the rest of a refused request is thrown away, so that the client reads the answer and no reset.
constexpr Milliseconds kLinger{1000};

auto noting(ErrorValue& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

Response busy(std::string_view why) {
  Response response = error_response(503, "unavailable", why);
  response.headers["Retry-After"] = "1";
  return response;
}

bool is_malformed(const ErrorValue& error) {
  return error.category() == bhttp::make_error_code(bhttp::error::bad_method).category() &&
         error != bhttp::error::end_of_stream && error != bhttp::error::partial_message;
}

// What a request that cannot be read deserves; none: the connection just ended.
std::optional<Response> refusal(const ErrorValue& error, bool timed_out, const ServerConfig& config) {
  if (timed_out) {
    return error_response(408, "timeout",
                          fmt::format("the request did not arrive within {} ms", config.read_timeout.count()));
  }
  if (error == bhttp::error::body_limit) {
    return error_response(413, "too_large", fmt::format("a body may have {} bytes at most", config.max_body_bytes));
  }
  if (error == bhttp::error::header_limit) {
    return error_response(431, "too_large", fmt::format("headers may have {} bytes at most", kMaxHeaderBytes));
  }
  if (is_malformed(error)) return error_response(400, "invalid_argument", "malformed HTTP request: " + error.message());
  return std::nullopt;
}

// Everything but the body.
Request head_of(const RequestParser& parser) {
  const auto& message = parser.get();
  Request request;
  request.method = message.method_string();
  request.target = message.target();
  for (const auto& field : message) request.headers.emplace(field.name_string(), field.value());
  request.received = system_clock().now();
  return request;
}

constexpr std::string_view kDeadlineHeader = "X-Lineguard-Deadline-Ms";

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

Response too_late() {
  return error_response(504, "timeout", fmt::format("not done within the time that {} gave", kDeadlineHeader));
}

Outgoing outgoing(Response response, unsigned version, bool keep_alive, bool head) {
  Outgoing message(static_cast<bhttp::status>(response.status), version);
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.keep_alive(keep_alive);
  message.content_length(response.body.size());
  if (!head) message.body() = std::move(response.body);  // HEAD: the length alone (RFC 9110, section 9.3.2)
  return message;
}

// On a worker.
Response work(const Service& service, const Request& request) {
  if (system_clock().now() >= request.deadline) return too_late();
  try {
    return service.worker(request);
  } catch (const std::exception& error) {
    log_error("http", fmt::format("a handler failed: {}", error.what()));
    return error_response(500, "internal", "the server failed to handle the request");
  }
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

// Memory for one body, out of what all bodies together may take.
class BodyReservation {
 public:
  BodyReservation(Service& service, std::uint64_t bytes)
      : service_(service),
        bytes_(service.buffered_bytes + bytes <= service.config.max_buffered_bytes ? bytes : 0),
        granted_(bytes_ == bytes) {
    service_.buffered_bytes += bytes_;
  }
  ~BodyReservation() { service_.buffered_bytes -= bytes_; }
  BodyReservation(const BodyReservation&) = delete;
  BodyReservation& operator=(const BodyReservation&) = delete;
  bool granted() const { return granted_; }

 private:
  Service& service_;
  std::uint64_t bytes_;
  bool granted_;
};

}  // namespace

Session::Session(Service& service, tcp::socket socket)
    : service_(service), socket_(std::move(socket)), limit_(service.io), changed_(service.io) {
  ErrorValue ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  service_.sessions.insert(this);
  ++service_.connections;
}

Session::~Session() {
  close();
  service_.sessions.erase(this);
}

// A handler that still runs keeps the session, but no longer the connection.
void Session::close() {
  if (!socket_.is_open()) return;
  --service_.connections;
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

asio::awaitable<ErrorValue> Session::read_some() {
  ErrorValue error;
  const std::size_t wanted = buffer_.capacity() > kFirstReadBytes ? kBodyReadBytes : kFirstReadBytes;
  const std::size_t got = co_await socket_.async_read_some(buffer_.prepare(wanted), noting(error));
  buffer_.commit(got);
  co_return timed_out_ ? asio::error::make_error_code(asio::error::timed_out) : error;
}

// To the end of the header or of the whole message.
template <typename Parser>
asio::awaitable<ErrorValue> Session::read(Parser& parser, bool header_only) {
  while (header_only ? !parser.is_header_done() : !parser.is_done()) {
    ErrorValue error = bhttp::make_error_code(bhttp::error::need_more);
    if (buffer_.size() > 0) {
      error = {};
      buffer_.consume(parser.put(buffer_.data(), error));
    }
    if (error == bhttp::error::need_more) error = co_await read_some();
    if (error) co_return error;
  }
  co_return ErrorValue{};
}

asio::awaitable<bool> Session::write(Response response, unsigned version, bool keep_alive, bool head) {
  ErrorValue error;
  limit_time(service_.config.read_timeout);
  const Outgoing message = outgoing(std::move(response), version, keep_alive, head);
  co_await bhttp::async_write(socket_, message, noting(error));
  lift_limit();
  co_return !error;
}

// Closing with unread bytes would reset the connection and could destroy the answer on its way.
asio::awaitable<void> Session::discard_unread() {
  ErrorValue error;
  socket_.shutdown(tcp::socket::shutdown_send, error);
  limit_time(kLinger);
  while (!error && !timed_out_) {
    buffer_.consume(buffer_.size());
    error = co_await read_some();
  }
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

void Session::take_answer(const Request* request, Response response) {
  if (waiting_for_ != request) return;  // too late, or the client has left
  answer_ = std::move(response);
  changed_.cancel();
}

// None: nobody is left to answer.
asio::awaitable<std::optional<Response>> Session::have_worked(std::shared_ptr<const Request> request) {
  if (system_clock().now() >= request->deadline) co_return too_late();
  answer_.reset();
  client_left_ = false;
  waiting_for_ = request.get();
  changed_.expires_at(request->deadline);
  const auto ticket = service_.pool->submit([self = shared_from_this(), request]() mutable {
    Response response = work(self->service_, *request);
    return [self = std::move(self), request, response = std::move(response)]() mutable {
      asio::io_context& io = self->service_.io;
      // The session goes along: it must not end on this thread.
      asio::post(io, [self = std::move(self), request, response = std::move(response)]() mutable {
        self->take_answer(request.get(), std::move(response));
      });
    };
  });
  if (ticket == 0) {
    waiting_for_ = nullptr;
    co_return busy("the queue is full; try again");
  }
  watch_client();
  ErrorValue error;
  co_await changed_.async_wait(noting(error));
  waiting_for_ = nullptr;
  socket_.cancel(error);  // ends watch_client()
  if (answer_) co_return std::exchange(answer_, std::nullopt);
  service_.pool->withdraw(ticket);
  if (client_left_ || !socket_.is_open()) co_return std::nullopt;
  co_return too_late();
}

asio::awaitable<std::optional<Response>> Session::answer(std::shared_ptr<const Request> request, bool accepted) {
  if (service_.immediate) {
    if (auto response = service_.immediate(*request)) co_return response;
  }
  if (!accepted) co_return busy("the server is shutting down");
  co_return co_await have_worked(request);
}

// The header is read: the request counts from here on.
template <typename Parser>
asio::awaitable<Session::Next> Session::serve_body(Parser& parser) {
  const InFlight counted(service_);
  const bool accepted = !service_.draining;
  const unsigned version = parser.get().version();
  auto request = std::make_shared<Request>(head_of(parser));
  const BodyReservation memory(service_,
                               parser.chunked() ? service_.config.max_body_bytes : parser.content_length().value_or(0));
  const auto deadline = read_deadline(*request);
  if (!memory.granted() || !deadline) {
    Response refused = deadline ? busy("too many large requests at once; try again")
                                : error_response(400, "invalid_argument", deadline.error().message);
    if (service_.observer) service_.observer(*request, refused.status);
    co_await write(std::move(refused), version, false, false);
    co_return Next::close_unread;
  }
  ErrorValue error;
  if (!parser.is_done() && bhttp::token_list{parser.get()[bhttp::field::expect]}.exists("100-continue")) {
    const bhttp::response<bhttp::empty_body> go_on(bhttp::status::continue_, version);
    co_await bhttp::async_write(socket_, go_on, noting(error));
  }
  if (!error) error = co_await read(parser, false);
  lift_limit();
  std::optional<Response> response;
  if (error) {
    response = refusal(error, timed_out_, service_.config);
  } else {
    request->body = std::move(parser.get().body());
    response = co_await answer(request, accepted);
  }
  if (!response) co_return Next::close;
  if (service_.observer) service_.observer(*request, response->status);
  const bool keep_alive = !error && parser.keep_alive() && !service_.draining;
  const bool written = co_await write(std::move(*response), version, keep_alive, request->method == "HEAD");
  co_return !written ? Next::close : keep_alive ? Next::read : Next::close_unread;
}

asio::awaitable<Session::Next> Session::serve_one() {
  limit_time(service_.config.read_timeout);
  idle_ = buffer_.size() == 0;
  if (idle_ && co_await read_some()) co_return Next::close;  // idle for too long, or gone
  idle_ = false;
  RequestParser parser;
  parser.header_limit(kMaxHeaderBytes);
  parser.body_limit(service_.config.max_body_bytes);
  if (const ErrorValue error = co_await read(parser, true)) {
    auto refused = refusal(error, timed_out_, service_.config);
    if (!refused) co_return Next::close;
    co_await write(std::move(*refused), 11, false, false);
    co_return Next::close_unread;
  }
  if (!parser.is_done()) buffer_.reserve(kBodyReadBytes);
  co_return co_await serve_body(parser);
}

asio::awaitable<void> Session::run() {
  auto next = Next::read;
  while (next == Next::read) next = co_await serve_one();
  if (next == Next::close_unread) co_await discard_unread();
  close();
}

asio::awaitable<void> Session::turn_away() {
  idle_ = false;
  Response refused = busy("too many connections; try again");
  const bool written = co_await write(std::move(refused), 11, false, false);
  if (written) co_await discard_unread();
  close();
}

}  // namespace lineguard::http
