// Any bytes: decode() answers with a whole picture that is as read_info() said, or with an error.
#include <cstddef>
#include <cstdint>
#include <span>

#include <lineguard/core/check.h>
#include <lineguard/imaging/decode.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lineguard;
  const std::span encoded(reinterpret_cast<const std::byte*>(data), size);
  const imaging::DecodeLimits limits{.max_pixels = 1 << 18};
  const auto info = imaging::read_info(encoded, limits);
  const auto image = imaging::decode(encoded, limits);
  if (!image) return 0;
  LINEGUARD_CHECK(info, "what decodes has a header");
  LINEGUARD_CHECK(info->size == image->size() && info->channels == image->channels() && info->depth == image->depth(),
                  "the header says what the picture is");
  return 0;
}
