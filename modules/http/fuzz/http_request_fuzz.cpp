// Bytes as a client sends them, whole and in pieces: both are read alike, and bodies stay under their limit.
#include "../src/request_parser.h"
#include "in_pieces.h"

#include <utility>

namespace {

using namespace lineguard::http;

struct Read {
  bool done = false, refused = false;
  std::string method, target, body, unused;
  bool operator==(const Read&) const = default;
};

Read read_all(std::string_view bytes, std::size_t step) {
  RequestLimits limits;
  limits.body_bytes = fuzz::kMostBodyBytes;
  RequestParser parser(std::move(limits));
  Read result;
  std::string unused = fuzz::put_in_pieces(parser, bytes, step, [&parser] { return parser.refusal().has_value(); });
  LINEGUARD_CHECK(parser.request().body.size() <= fuzz::kMostBodyBytes, "a body stays under its limit");
  result.refused = parser.refusal().has_value();
  result.done = parser.done() && !result.refused;
  if (!result.done) return result;
  result.method = parser.request().method;
  result.target = parser.request().target;
  result.body = parser.request().body;
  result.unused = std::move(unused);
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::check_pieces(data, size, read_all);
  return 0;
}
