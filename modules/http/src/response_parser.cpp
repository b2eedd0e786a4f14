#include "response_parser.h"

#include "field_rules.h"
#include "head_scan.h"

#include <utility>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <fmt/format.h>

namespace lineguard::http {

namespace bhttp = boost::beast::http;
using ErrorValue = boost::system::error_code;
using Text = boost::beast::string_view;

namespace {

constexpr int kMostInterim = 8;
constexpr int kSwitchingProtocols = 101;

std::string_view plain(Text text) {
  return {text.data(), text.size()};
}

}  // namespace

struct ResponseParser::State final : bhttp::basic_parser<false> {
  State(std::uint64_t most_body_bytes, bool to_head) : max_body_bytes(most_body_bytes) {
    header_limit(static_cast<std::uint32_t>(HeadScan::kMostBytes));
    body_limit(boost::none);  // checked here, once the status is known
    skip(to_head);
  }

  std::uint64_t max_body_bytes;
  HeadScan scan;
  Response response;
  FieldRules rules;
  bool head_read = false, http_1_1 = true;
  std::optional<Error> error;

  bool is_interim() const { return response.status / 100 == 1; }

  void fail(ErrorCode code, std::string message, ErrorValue& value) {
    if (!error) error = make_error(code, std::move(message));
    value = bhttp::make_error_code(bhttp::error::bad_value);
  }
  void fail_too_large(ErrorValue& value) {
    fail(ErrorCode::too_large, fmt::format("the answer has more than {} bytes", max_body_bytes), value);
  }

  // ---- called by the parser

  void on_response_impl(int status, Text, int version, ErrorValue& value) override {
    response.status = status;
    http_1_1 = version == 11;
    if (status < 100 || status > 599) fail(ErrorCode::bad_answer, fmt::format("a status of {}", status), value);
    if (status == kSwitchingProtocols) fail(ErrorCode::bad_answer, "it changes to another protocol", value);
  }
  void on_field_impl(bhttp::field, Text name, Text text, ErrorValue& value) override {
    if (head_read) return;  // a trailer
    if (auto problem = rules.add(plain(name), plain(text), response.headers))
      fail(ErrorCode::bad_answer, *std::move(problem), value);
  }
  void on_header_impl(ErrorValue& value) override {
    head_read = true;
    if (const auto problem = rules.framing_problem(http_1_1))
      return fail(ErrorCode::bad_answer, problem->message, value);
    // One that ends with its connection looks the same when it is cut.
    if (need_eof()) return fail(ErrorCode::bad_answer, "it does not say how long it is", value);
    if (content_length().value_or(0) > max_body_bytes && !is_done()) fail_too_large(value);
  }
  void on_request_impl(bhttp::verb, Text, Text, int, ErrorValue&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorValue&) override {}
  std::size_t append(Text bytes) {
    response.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  std::size_t on_body_impl(Text bytes, ErrorValue&) override { return append(bytes); }
  void on_chunk_header_impl(std::uint64_t size, Text, ErrorValue& value) override {
    if (size > max_body_bytes - response.body.size()) fail_too_large(value);
  }
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, ErrorValue&) override { return append(bytes); }
  void on_finish_impl(ErrorValue&) override {}

  // ---- by our own rules

  std::size_t feed(std::string_view bytes) {
    ErrorValue value;
    const std::size_t used = bhttp::basic_parser<false>::put(boost::asio::buffer(bytes.data(), bytes.size()), value);
    if (value && value != bhttp::error::need_more && !error)
      error = make_error(ErrorCode::bad_answer, "not an HTTP answer: " + value.message());
    return used;
  }

  std::size_t put_head(std::string_view bytes) {
    const HeadScan::State found = scan.look(bytes);
    if (found == HeadScan::State::malformed)
      error = make_error(ErrorCode::bad_answer, fmt::format("not an HTTP answer: {}", scan.problem()));
    if (found == HeadScan::State::too_large) error = make_error(ErrorCode::bad_answer, "its header is too large");
    return found == HeadScan::State::complete ? feed(bytes.substr(0, scan.size())) : 0;
  }

  std::size_t put_body(std::string_view bytes) {
    std::size_t used = 0;
    while (used < bytes.size() && !is_done() && !error) {
      // The end of a chunked body takes that many bytes, and the parser relies on them (an assertion of its own).
      constexpr std::size_t kShortestEnd = 5;  // "0", CR LF, CR LF
      if (chunked() && bytes.size() - used < kShortestEnd) break;
      const std::size_t more = feed(bytes.substr(used));
      used += more;
      if (more > 0) continue;
      if (!error && bytes.size() - used > HeadScan::kMostBytes)
        error = make_error(ErrorCode::bad_answer, "a chunk without end");
      break;
    }
    return used;
  }
};

ResponseParser::ResponseParser(std::uint64_t max_body_bytes, bool to_head)
    : state_(std::make_unique<State>(max_body_bytes, to_head)), max_body_bytes_(max_body_bytes), to_head_(to_head) {}
ResponseParser::~ResponseParser() = default;

std::size_t ResponseParser::put(std::string_view bytes) {
  begun_ = begun_ || !bytes.empty();
  std::size_t used = 0;
  while (!state_->error && !state_->is_done()) {
    const bool head = !state_->is_header_done();
    const std::size_t more = head ? state_->put_head(bytes.substr(used)) : state_->put_body(bytes.substr(used));
    used += more;
    if (more == 0) break;
    if (!state_->is_done() || !state_->is_interim() || state_->error) continue;
    if (++interim_ > kMostInterim) {
      state_->error = make_error(ErrorCode::bad_answer, "too many answers of 1xx");
      break;
    }
    state_ = std::make_unique<State>(max_body_bytes_, to_head_);
  }
  return used;
}

bool ResponseParser::begun() const {
  return begun_;
}
bool ResponseParser::done() const {
  return state_->is_done() && !state_->error;
}
const std::optional<Error>& ResponseParser::error() const {
  return state_->error;
}
Response& ResponseParser::response() {
  return state_->response;
}
bool ResponseParser::keep_alive() const {
  return state_->keep_alive();
}

}  // namespace lineguard::http
