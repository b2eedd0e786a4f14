// Bytes as a server answers them, whole and in pieces: both are read alike, and bodies stay under their limit.
#include "../src/response_parser.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include <lineguard/core/check.h>

namespace {

constexpr std::uint64_t kMostBodyBytes = 4096;

struct Read {
  bool done = false, refused = false;
  std::string body, unused;
};

Read read(std::string_view bytes, std::size_t step) {
  lineguard::http::ResponseParser parser(kMostBodyBytes, false);
  Read result;
  for (std::size_t at = 0; at < bytes.size() && !parser.error() && !parser.done(); at += step) {
    result.unused += bytes.substr(at, step);
    const std::size_t used = parser.put(result.unused);
    LINEGUARD_CHECK(used <= result.unused.size(), "no more is used than there is");
    result.unused.erase(0, used);
    if (parser.done()) result.unused += bytes.substr(std::min(at + step, bytes.size()));
  }
  result.done = parser.done();
  result.refused = parser.error().has_value();
  LINEGUARD_CHECK(parser.response().body.size() <= kMostBodyBytes, "a body stays under its limit");
  if (!result.done) result.unused.clear();
  if (result.done) result.body = parser.response().body;
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Read whole = read(bytes, std::max<std::size_t>(size, 1));
  if (size > 2048) return 0;
  const Read pieces = read(bytes, 1 + size % 7);
  LINEGUARD_CHECK(whole.done == pieces.done && whole.body == pieces.body && whole.unused == pieces.unused &&
                      whole.refused == pieces.refused,
                  "pieces are read as the whole is");
  return 0;
}
