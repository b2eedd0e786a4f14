#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include <lineguard/http/client.h>

namespace lineguard::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using asio::ip::tcp;

struct Client::State {
  HostPort endpoint;
  asio::io_context io{1};
  std::unique_ptr<beast::tcp_stream> stream;  // null: not connected
  beast::flat_buffer buffer;
};

namespace {

using Outgoing = bhttp::request<bhttp::span_body<const char>>;  // the caller's bytes, not copied
using Incoming = bhttp::response_parser<bhttp::string_body>;

// Runs what was started until it is done: each step carries the stream's own time limit, so that it ends by the
// deadline.
void run_to_end(asio::io_context& io) {
  io.restart();
  io.run();
}

std::string address_of(const HostPort& endpoint) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + endpoint.host + "]" : endpoint.host;
  return fmt::format("{}:{}", host, endpoint.port);
}

Outgoing outgoing(const Request& request, const HostPort& endpoint) {
  Outgoing message;
  message.method_string(request.method);
  message.target(request.target);
  message.version(11);
  message.set(bhttp::field::host, address_of(endpoint));
  for (const auto& [name, value] : request.headers) message.set(name, value);
  message.body() = {request.body.data(), request.body.size()};
  message.prepare_payload();
  return message;
}

Error error_of(const beast::error_code& error, const HostPort& endpoint) {
  const std::string server = address_of(endpoint);
  if (error == beast::error::timeout) return make_error(ErrorCode::timeout, server + ": no answer by the deadline");
  if (error == bhttp::error::body_limit) return make_error(ErrorCode::too_large, server + ": the answer is too large");
  if (error.category() == bhttp::make_error_code(bhttp::error::bad_method).category() &&
      error != bhttp::error::end_of_stream && error != bhttp::error::partial_message) {
    return make_error(ErrorCode::corrupt_data, server + ": not an HTTP answer: " + error.message());
  }
  return make_error(ErrorCode::unavailable, server + ": " + error.message());
}

struct Resolved {
  beast::error_code error;
  std::vector<tcp::endpoint> endpoints;
};

// The operating system's look-up cannot be called off, so it gets a thread of its own that may outlive the call.
Resolved resolve(const HostPort& endpoint, SteadyTime deadline) {
  Resolved resolved;
  // localhost is the loopback address by definition (RFC 6761, section 6.3), also where no hosts file says so.
  const bool local = endpoint.host == "localhost";
  const auto address = asio::ip::make_address(local ? "127.0.0.1" : endpoint.host, resolved.error);
  if (!resolved.error) {
    resolved.endpoints.emplace_back(address, endpoint.port);
    return resolved;
  }
  auto promise = std::make_shared<std::promise<Resolved>>();
  auto future = promise->get_future();
  std::thread([promise, endpoint] {
    Resolved found;
    asio::io_context io;
    for (const auto& entry : tcp::resolver(io).resolve(endpoint.host, std::to_string(endpoint.port), found.error)) {
      found.endpoints.push_back(entry.endpoint());
    }
    promise->set_value(std::move(found));
  }).detach();
  if (deadline != SteadyTime::max() && future.wait_until(deadline) != std::future_status::ready) {
    return {beast::error::timeout, {}};
  }
  return future.get();
}

template <typename State>
beast::error_code connect(State& state, SteadyTime deadline) {
  auto [error, endpoints] = resolve(state.endpoint, deadline);
  if (error) return error;
  state.stream = std::make_unique<beast::tcp_stream>(state.io);
  state.buffer.clear();
  state.stream->expires_at(deadline);
  state.stream->async_connect(endpoints,
                              [&failed = error](beast::error_code code, const tcp::endpoint&) { failed = code; });
  run_to_end(state.io);
  if (!error) state.stream->socket().set_option(tcp::no_delay(true), error);
  return error;
}

// A server that refuses a request answers before it has read all of it: what it said counts more than the failed write.
template <typename State>
beast::error_code exchange(State& state, const Outgoing& message, Incoming& answer, SteadyTime deadline) {
  beast::error_code written, read;
  state.stream->expires_at(deadline);
  bhttp::async_write(*state.stream, message, [&](beast::error_code code, std::size_t) { written = code; });
  run_to_end(state.io);
  if (written == beast::error::timeout) return written;
  bhttp::async_read(*state.stream, state.buffer, answer, [&](beast::error_code code, std::size_t) { read = code; });
  run_to_end(state.io);
  return read && written ? written : read;
}

// The server closed a kept connection before it saw the request: nothing was done, sending again is safe.
bool closed_while_idle(const beast::error_code& error, const Incoming& answer) {
  return !answer.got_some() && (error == bhttp::error::end_of_stream || error == asio::error::connection_reset ||
                                error == asio::error::broken_pipe || error == asio::error::eof);
}

Response plain(Incoming::value_type message) {
  Response response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message) response.headers.emplace(field.name_string(), field.value());
  response.body = std::move(message.body());
  return response;
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

Client::Client(HostPort endpoint) : state_(std::make_unique<State>()) {
  state_->endpoint = std::move(endpoint);
}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Response> Client::send(const Request& request, SteadyTime deadline, std::uint64_t max_body_bytes) {
  State& state = *state_;
  if (system_clock().now() >= deadline) return make_error(ErrorCode::timeout, "the deadline has passed");
  try {
    const Outgoing message = outgoing(request, state.endpoint);
    beast::error_code error;
    for (int attempt = 0; attempt < 2; ++attempt) {
      const bool kept = state.stream != nullptr;
      if (!kept) error = connect(state, deadline);
      Incoming answer;
      answer.body_limit(max_body_bytes);
      if (kept || !error) error = exchange(state, message, answer, deadline);
      if (!error) {
        if (!answer.keep_alive() || state.buffer.size() > 0) state.stream.reset();  // unasked bytes: not to be trusted
        return plain(answer.release());
      }
      state.stream.reset();
      if (!kept || !closed_while_idle(error, answer)) break;
    }
    return error_of(error, state.endpoint);
  } catch (const std::exception& error) {
    state.stream.reset();
    return make_error(ErrorCode::internal, std::string("the HTTP client failed: ") + error.what());
  }
}

}  // namespace lineguard::http
