// Any bytes as a server's answer, as its error, and as the headers of a question: read or refused, and what is read is
// finite, on one line where people see it, and survives being written again.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <lineguard/core/check.h>
#include <lineguard/wire/inspect_line.h>

using namespace lineguard;

namespace {

bool on_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < 32; });
}

void read_as_header(std::string_view text) {
  http::Request request;
  request.headers["X-Lineguard-Nonce"] = "a";
  request.headers["X-Lineguard-Pictures"] = text;
  const auto question = wire::read_question(request);
  if (!question) return;
  http::Request again;
  again.headers = wire::to_headers(**question);
  const auto read = wire::read_question(again);
  LINEGUARD_CHECK(read.ok() && wire::first_difference(**question, **read).empty(), "a question reads back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = wire::parse_inspect_line(text);
  if (!line) LINEGUARD_CHECK(on_one_line(line.error().message), "a message stands on one line");
  if (line && line->prediction) {
    LINEGUARD_CHECK(std::isfinite(line->prediction->score), "a score is a number");
    LINEGUARD_CHECK(wire::parse_inspect_line(wire::to_json(*line)).ok(), "an answer reads back");
  }
  const auto failure = wire::parse_error_answer(text);
  if (failure.error) LINEGUARD_CHECK(on_one_line(failure.error->message), "a server's words stand on one line");
  read_as_header(text);
  return 0;
}
