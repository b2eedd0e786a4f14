#include "request_parser.h"

#include "field_rules.h"

#include <algorithm>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <fmt/format.h>

#include <lineguard/http/router.h>

namespace lineguard::http {

namespace bhttp = boost::beast::http;
using ErrorValue = boost::system::error_code;
using Text = boost::beast::string_view;

namespace {

constexpr std::size_t kFirstBodyBytes = 64 << 10, kChunkedReadBytes = 64 << 10;

Response malformed(std::string_view what) {
  return error_response(400, "invalid_argument", fmt::format("malformed HTTP request: {}", what));
}

Response head_too_large() {
  return error_response(
      431, "too_large",
      fmt::format("headers may have {} bytes and {} lines at most", HeadScan::kMostBytes, HeadScan::kMostLines));
}

std::string_view plain(Text text) {
  return {text.data(), text.size()};
}

// origin-form, or absolute-form, of which the path is kept (RFC 9112, section 3.2).
std::optional<std::string> path_of(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const std::size_t authority = scheme.size(), end = std::min(target.find_first_of("/?", authority), target.size());
    if (!is_host(target.substr(authority, end - authority)) || end == authority) return std::nullopt;
    const std::string_view rest = target.substr(end);
    return std::string(rest.starts_with('/') ? "" : "/") += rest;
  }
  const bool plain = std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
  if (!plain || !target.starts_with('/')) return std::nullopt;
  return std::string(target);
}

}  // namespace

struct RequestParser::State final : bhttp::basic_parser<true> {
  explicit State(RequestLimits given) : limits(std::move(given)) {
    header_limit(static_cast<std::uint32_t>(HeadScan::kMostBytes));
    body_limit(boost::none);  // it would be told of before the fields are
  }

  RequestLimits limits;
  HeadScan scan;
  Request request;
  FieldRules rules;
  unsigned version = 11;
  bool skipped_line = false, begun = false, head_read = false, expects_continue = false;
  std::size_t trailer_bytes = 0;
  std::optional<Response> refusal;

  void refuse(Response response, ErrorValue& error) {
    if (!refusal) refusal = std::move(response);
    error = bhttp::make_error_code(bhttp::error::bad_value);
  }

  // ---- called by the parser

  void on_request_impl(bhttp::verb, Text method, Text target, int number, ErrorValue& error) override {
    request.method = plain(method);
    version = static_cast<unsigned>(number);
    auto path = path_of(plain(target));
    if (!path) return refuse(malformed("the target must be a path, or http:// with a host and a path"), error);
    request.target = *std::move(path);
  }

  void on_field_impl(bhttp::field, Text name, Text value, ErrorValue& error) override {
    if (head_read) {  // a trailer: allowed, and of no meaning here
      trailer_bytes += name.size() + value.size();
      if (trailer_bytes > HeadScan::kMostBytes) refuse(head_too_large(), error);
      return;
    }
    if (auto problem = rules.add(plain(name), plain(value), request.headers)) refuse(malformed(*problem), error);
  }

  void on_header_impl(ErrorValue& error) override {
    head_read = true;
    expects_continue = version == 11 && !request.header("Expect").empty();
    auto problem = rules.framing_problem(version == 11);
    if (!problem) problem = rules.request_problem(version == 11);
    if (problem && problem->status == 400) return refuse(malformed(problem->message), error);
    if (problem) return refuse(error_response(problem->status, "unsupported", problem->message), error);
    if (content_length().value_or(0) > limits.body_bytes) refuse(body_too_large(), error);
  }

  void on_response_impl(int, Text, int, ErrorValue&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorValue&) override {}

  Response body_too_large() const {
    return error_response(413, "too_large", fmt::format("a body may have {} bytes at most", limits.body_bytes));
  }

  // Doubles, but takes no more than the request has said.
  bool make_room(std::size_t more) {
    std::string& body = request.body;
    const std::size_t needed = body.size() + more;
    if (needed <= body.capacity()) return true;
    std::uint64_t wanted = std::max({needed, 2 * body.capacity(), kFirstBodyBytes});
    wanted = std::min<std::uint64_t>(wanted, std::max<std::uint64_t>(content_length().value_or(wanted), needed));
    // Both are held while one is copied. Where there is no room to double, there may be for a little more.
    if (!limits.may_hold(body.capacity() + wanted)) {
      wanted = needed + needed / 8;
      if (!limits.may_hold(body.capacity() + wanted)) return false;
    }
    body.reserve(wanted);
    return limits.may_hold(body.capacity());
  }

  std::size_t append(Text bytes, ErrorValue& error) {
    if (!make_room(bytes.size())) {
      refuse(busy_response("too many large requests at once; try again"), error);
      return 0;
    }
    request.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  std::size_t on_body_impl(Text bytes, ErrorValue& error) override { return append(bytes, error); }
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, ErrorValue& error) override { return append(bytes, error); }

  void on_chunk_header_impl(std::uint64_t size, Text extensions, ErrorValue& error) override {
    if (size > limits.body_bytes - request.body.size()) return refuse(body_too_large(), error);
    if (extensions.size() > HeadScan::kMostBytes) return refuse(head_too_large(), error);
    const bool clean = std::ranges::all_of(extensions, [](unsigned char c) { return c >= 0x20 || c == '\t'; });
    if (!clean) refuse(malformed("a control character in a chunk's extension"), error);
  }
  void on_finish_impl(ErrorValue&) override {}

  // ---- by our own rules

  Response refusal_of(const ErrorValue& error, std::string_view bytes) const {
    if (error == bhttp::error::header_limit) return head_too_large();
    const std::string_view line = bytes.substr(0, bytes.find('\r'));
    const std::size_t name = line.rfind(" HTTP/");
    const bool three_parts = std::ranges::count(line, ' ') == 2;
    if (error == bhttp::error::bad_version && three_parts && name != std::string_view::npos && line.size() == name + 9)
      return error_response(505, "unsupported", "HTTP/1.1 is spoken here");
    return malformed(error.message());
  }

  // What the parser used of it.
  std::size_t feed(std::string_view bytes) {
    ErrorValue error;
    const std::size_t used = bhttp::basic_parser<true>::put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (error && error != bhttp::error::need_more && !refusal) refusal = refusal_of(error, bytes);
    return used;
  }

  // Nothing is used before the whole head is there.
  std::size_t put_head(std::string_view bytes) {
    std::size_t skipped = 0;
    if (!skipped_line && bytes.starts_with("\r\n")) {  // one empty line before a request is left out
      skipped = 2;
      bytes.remove_prefix(2);
    }
    if (bytes.empty() || bytes == "\r") return 0;
    begun = true;
    skipped_line = true;
    const HeadScan::State found = scan.look(bytes);
    if (found == HeadScan::State::malformed) refusal = malformed(scan.problem());
    if (found == HeadScan::State::too_large) refusal = head_too_large();
    if (found != HeadScan::State::complete) return skipped;
    return skipped + feed(bytes.substr(0, scan.size()));
  }

  // A chunk's line or the trailers: as much as a head at most.
  std::size_t put_body(std::string_view bytes) {
    std::size_t used = 0;
    while (used < bytes.size() && !is_done() && !refusal) {
      // The end of a chunked body takes that many bytes, and the parser relies on them (an assertion of its own).
      constexpr std::size_t kShortestEnd = 5;  // "0", CR LF, CR LF
      if (chunked() && bytes.size() - used < kShortestEnd) break;
      const std::size_t more = feed(bytes.substr(used));
      used += more;
      if (more > 0) continue;
      if (!refusal && bytes.size() - used > HeadScan::kMostBytes) refusal = head_too_large();
      break;
    }
    return used;
  }
};

RequestParser::RequestParser(RequestLimits limits) : state_(std::make_unique<State>(std::move(limits))) {}
RequestParser::~RequestParser() = default;

std::size_t RequestParser::put(std::string_view bytes) {
  if (state_->refusal) return 0;
  return head_done() ? state_->put_body(bytes) : state_->put_head(bytes);
}

bool RequestParser::begun() const {
  return state_->begun;
}
bool RequestParser::head_done() const {
  return state_->is_header_done();
}
bool RequestParser::done() const {
  return state_->is_done() && !state_->refusal;
}
const std::optional<Response>& RequestParser::refusal() const {
  return state_->refusal;
}
Request& RequestParser::request() {
  return state_->request;
}
std::size_t RequestParser::wanted_bytes() const {
  return static_cast<std::size_t>(state_->content_length_remaining().value_or(kChunkedReadBytes));
}
unsigned RequestParser::version() const {
  return state_->version;
}
bool RequestParser::keep_alive() const {
  return state_->keep_alive();
}
bool RequestParser::expects_continue() const {
  return state_->expects_continue;
}

}  // namespace lineguard::http
