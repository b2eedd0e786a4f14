// Bytes as a client sends them, whole and in pieces: both are read alike, and bodies stay under their limit.
#include "../src/request_parser.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include <lineguard/core/check.h>

namespace {

using lineguard::http::RequestParser;

constexpr std::uint64_t kMostBodyBytes = 4096;

struct Read {
  bool done = false;
  int refused = 0;
  std::string method, target, body, unused;
  auto operator<=>(const Read&) const = default;
};

Read read(std::string_view bytes, std::size_t step) {
  lineguard::http::RequestLimits limits;
  limits.body_bytes = kMostBodyBytes;
  RequestParser parser(std::move(limits));
  Read result;
  for (std::size_t at = 0; at < bytes.size() && !parser.refusal(); at += step) {
    result.unused += bytes.substr(at, step);
    for (std::size_t used = 1; used > 0 && !result.unused.empty() && !parser.done() && !parser.refusal();) {
      used = parser.put(result.unused);
      LINEGUARD_CHECK(used <= result.unused.size(), "no more is used than there is");
      result.unused.erase(0, used);
    }
  }
  result.done = parser.done() && !parser.refusal();
  result.refused = parser.refusal() ? parser.refusal()->status : 0;
  LINEGUARD_CHECK(parser.request().body.size() <= kMostBodyBytes, "a body stays under its limit");
  if (!result.done) result.unused.clear();
  if (!result.done) return result;
  result.method = parser.request().method;
  result.target = parser.request().target;
  result.body = parser.request().body;
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Read whole = read(bytes, std::max<std::size_t>(size, 1));
  if (size > 2048) return 0;
  const Read pieces = read(bytes, 1 + size % 7);
  LINEGUARD_CHECK(whole.done == pieces.done && whole.body == pieces.body && whole.target == pieces.target &&
                      whole.unused == pieces.unused && (whole.refused == 0) == (pieces.refused == 0),
                  "pieces are read as the whole is");
  return 0;
}
