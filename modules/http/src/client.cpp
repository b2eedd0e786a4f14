#include "response_parser.h"

#include <algorithm>
#include <array>
#include <memory>
#include <poll.h>
#include <utility>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <fmt/format.h>

#include <lineguard/http/client.h>
#include <lineguard/http/name_lookup.h>

namespace lineguard::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

struct Client::State {
  State(HostPort server, NameLookup& lookup) : endpoint(std::move(server)), names(lookup) {}
  HostPort endpoint;
  NameLookup& names;
  asio::io_context io{1};
  std::unique_ptr<beast::tcp_stream> stream;  // null: not connected
};

namespace {

constexpr std::size_t kReadBytes = 64 << 10;

// Runs what was started until it is done: each step carries the stream's own time limit, so that it ends by the
// deadline.
void run_to_end(asio::io_context& io) {
  io.restart();
  io.run();
}

std::string head_of(const Request& request, const HostPort& endpoint) {
  std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.target, text_of(endpoint));
  for (const auto& [name, value] : request.headers) {
    if (NameLess{}(name, "Host") || NameLess{}("Host", name)) head += fmt::format("{}: {}\r\n", name, value);
  }
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT")
    head += fmt::format("Content-Length: {}\r\n", request.body.size());
  return head += "\r\n";
}

Error error_of(const beast::error_code& error, const HostPort& endpoint) {
  const std::string server = text_of(endpoint);
  if (error == beast::error::timeout) return make_error(ErrorCode::timeout, server + ": no answer by the deadline");
  if (error == asio::error::eof)
    return make_error(ErrorCode::unavailable, server + ": the connection ended before the answer was complete");
  return make_error(ErrorCode::unavailable, server + ": " + error.message());
}

// Nothing may come on a connection that nobody has asked on: it is closed, or an answer arrived twice and would be
// taken for that of the next question.
bool is_quiet(beast::tcp_stream& stream) {
  pollfd watched{stream.socket().native_handle(), POLLIN, 0};
  return poll(&watched, 1, 0) == 0;
}

template <typename State>
beast::error_code connect_to(State& state, const std::vector<std::string>& addresses, SteadyTime deadline) {
  beast::error_code error = asio::error::host_not_found;
  std::vector<tcp::endpoint> endpoints;
  for (const std::string& address : addresses)
    endpoints.emplace_back(asio::ip::make_address(address), state.endpoint.port);
  if (endpoints.empty()) return error;
  state.stream = std::make_unique<beast::tcp_stream>(state.io);
  state.stream->expires_at(deadline);
  state.stream->async_connect(endpoints,
                              [&failed = error](beast::error_code code, const tcp::endpoint&) { failed = code; });
  run_to_end(state.io);
  if (!error) state.stream->socket().set_option(tcp::no_delay(true), error);
  if (error) state.stream.reset();
  return error;
}

// By the address that is known; only where nobody answers there is the name server waited for.
template <typename State>
Result<void> connect(State& state, SteadyTime deadline) {
  const auto known = state.names.known(state.endpoint.host);
  beast::error_code error = connect_to(state, known, deadline);
  if (!error) return {};
  LINEGUARD_ASSIGN(const auto found, state.names.find(state.endpoint.host, deadline));
  if (found != known) error = connect_to(state, found, deadline);
  if (error) return error_of(error, state.endpoint);
  return {};
}

// Until the answer is complete or wrong, or the connection ends. What is left unread is a reason not to use it again.
template <typename State>
beast::error_code read_answer(State& state, ResponseParser& answer, bool& unread) {
  beast::error_code error;
  std::string pending, block(kReadBytes, '\0');
  while (!answer.done() && !answer.error()) {
    std::size_t got = 0;
    state.stream->async_read_some(asio::buffer(block), [&](beast::error_code code, std::size_t count) {
      error = code;
      got = count;
    });
    run_to_end(state.io);
    if (error) return error;
    pending.append(block, 0, got);
    pending.erase(0, answer.put(pending));
  }
  unread = !pending.empty();
  return error;
}

// A server that refuses a request answers before it has read all of it: what it said counts more than the failed write.
template <typename State>
beast::error_code exchange(State& state, const Request& request, ResponseParser& answer, SteadyTime deadline,
                           bool& unread) {
  beast::error_code written;
  const std::string head = head_of(request, state.endpoint);
  const std::array<asio::const_buffer, 2> message = {asio::buffer(head), asio::buffer(request.body)};
  state.stream->expires_at(deadline);
  asio::async_write(*state.stream, message, [&](beast::error_code code, std::size_t) { written = code; });
  run_to_end(state.io);
  if (written == beast::error::timeout) return written;
  const beast::error_code read = read_answer(state, answer, unread);
  return read && written ? written : read;
}

// The server closed a kept connection before it saw the request: nothing was done, sending again is safe.
bool closed_while_idle(const beast::error_code& error, const ResponseParser& answer) {
  return !answer.begun() &&
         (error == asio::error::connection_reset || error == asio::error::broken_pipe || error == asio::error::eof);
}

Result<void> refuse_unsendable(const Request& request) {
  const auto clean = [](std::string_view text) {
    return std::ranges::none_of(text, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
  };
  bool all = clean(request.method) && clean(request.target) && request.target.find(' ') == std::string::npos;
  for (const auto& [name, value] : request.headers) all = all && clean(name) && clean(value);
  if (all) return {};
  return make_error(ErrorCode::invalid_argument, "a control character in the request's target or header");
}

}  // namespace

Result<HostPort> parse_url(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  if (url.starts_with("https://")) return make_error(ErrorCode::unsupported, url + ": https is not supported yet");
  std::string rest = url.starts_with(kScheme) ? url.substr(kScheme.size()) : "";
  if (!rest.empty() && rest.back() == '/') rest.pop_back();
  if (rest.empty() || rest.find('/') != std::string::npos) {
    return make_error(ErrorCode::invalid_argument, fmt::format("\"{}\" is no server; expected http://HOST:PORT", url));
  }
  if (rest.find(':') == std::string::npos) rest += ":80";
  return parse_host_port(rest);
}

Client::Client(HostPort endpoint) : Client(std::move(endpoint), system_names()) {}
Client::Client(HostPort endpoint, NameLookup& names) : state_(std::make_unique<State>(std::move(endpoint), names)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Response> Client::send(const Request& request, SteadyTime deadline, std::uint64_t max_body_bytes) {
  State& state = *state_;
  if (system_clock().now() >= deadline) return make_error(ErrorCode::timeout, "the deadline has passed");
  LINEGUARD_TRY(refuse_unsendable(request));
  try {
    if (state.stream && !is_quiet(*state.stream)) state.stream.reset();
    beast::error_code error;
    for (int attempt = 0; attempt < 2; ++attempt) {
      const bool kept = state.stream != nullptr;
      if (!kept) LINEGUARD_TRY(connect(state, deadline));
      ResponseParser answer(max_body_bytes, request.method == "HEAD");
      bool unread = false;
      error = exchange(state, request, answer, deadline, unread);
      if (answer.done()) {
        if (!answer.keep_alive() || unread || !is_quiet(*state.stream)) state.stream.reset();
        return std::move(answer.response());
      }
      state.stream.reset();
      if (answer.error()) return answer.error()->in(text_of(state.endpoint));
      if (!kept || !closed_while_idle(error, answer)) break;
    }
    return error_of(error, state.endpoint);
  } catch (const std::exception& error) {
    state.stream.reset();
    return make_error(ErrorCode::internal, std::string("the HTTP client failed: ") + error.what());
  }
}

}  // namespace lineguard::http
