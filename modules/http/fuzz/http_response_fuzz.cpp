// Bytes as a server answers them, whole and in pieces: both are read alike, and bodies stay under their limit.
#include "../src/response_parser.h"
#include "in_pieces.h"

#include <utility>

namespace {

using namespace lineguard::http;

struct Read {
  bool done = false, refused = false;
  std::string body, unused;
  bool operator==(const Read&) const = default;
};

Read read_all(std::string_view bytes, std::size_t step) {
  ResponseParser parser(fuzz::kMostBodyBytes, false);
  Read result;
  std::string unused = fuzz::put_in_pieces(parser, bytes, step, [&parser] { return parser.error().has_value(); });
  LINEGUARD_CHECK(parser.response().body.size() <= fuzz::kMostBodyBytes, "a body stays under its limit");
  result.refused = parser.error().has_value();
  result.done = parser.done();
  if (!result.done) return result;
  result.body = parser.response().body;
  result.unused = std::move(unused);
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::check_pieces(data, size, read_all);
  return 0;
}
