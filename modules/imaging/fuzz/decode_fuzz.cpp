// Any bytes: decode() answers with a whole picture that is as read_info() said, or with an error; the same of what is
// read as pages, channels or raw pixels.
#include <cstddef>
#include <cstdint>
#include <span>

#include <lineguard/core/check.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/reading.h>

namespace {

using namespace lineguard;

void read_as(std::span<const std::byte> encoded, const imaging::DecodeLimits& limits) {
  for (const char* text : {"tiff 1,2", "tiff 2", "tiff 1:2,1:1", "raw 5x3 Mono12p", "raw 4x4 BayerRG10Packed"}) {
    const imaging::Reading reading = imaging::reading_from_text(text).value();
    const auto image = imaging::decode_as(encoded, reading, limits);
    const auto info = imaging::read_info_as(encoded, reading, limits);
    if (image) LINEGUARD_CHECK(info && info->size == image->size(), "what is read so has a header");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span encoded(reinterpret_cast<const std::byte*>(data), size);
  const imaging::DecodeLimits limits{.max_pixels = 1 << 18};
  const auto info = imaging::read_info(encoded, limits);
  const auto image = imaging::decode(encoded, limits);
  read_as(encoded, limits);
  if (!image) return 0;
  LINEGUARD_CHECK(info, "what decodes has a header");
  LINEGUARD_CHECK(info->size == image->size() && info->channels == image->channels() && info->depth == image->depth(),
                  "the header says what the picture is");
  return 0;
}
