#include "formats.h"

#include <memory>

#include <fmt/format.h>

#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STB_IMAGE_STATIC
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb_image.h>
#pragma GCC diagnostic pop

namespace lineguard::imaging {
namespace {

const stbi_uc* raw(Encoded encoded) {
  return reinterpret_cast<const stbi_uc*>(encoded.data());
}

// The decoder reads zeros beyond the end: the header's own arithmetic tells whether the pixels are all there.
bool has_all_pixels(Encoded encoded, const PictureInfo& info) {
  const auto word = [&](std::size_t at, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<std::uint64_t>(encoded[at + i]);
    return value;
  };
  if (encoded.size() < 34) return false;
  const std::uint64_t offset = word(10, 4), bits = word(28, 2), compression = word(30, 4);
  if (compression != 0 && compression != 3) return true;  // run lengths: the decoder itself refuses them
  const std::uint64_t row = (static_cast<std::uint64_t>(info.size.width_px) * bits + 31) / 32 * 4;
  return offset + row * static_cast<std::uint64_t>(info.size.height_px) <= encoded.size();
}

}  // namespace

Result<PictureInfo> bmp_info(Encoded encoded) {
  PictureInfo info;
  int channels = 0;
  if (!stbi_info_from_memory(raw(encoded), static_cast<int>(encoded.size()), &info.size.width_px, &info.size.height_px,
                             &channels)) {
    return corrupt(fmt::format("damaged BMP: {}", stbi_failure_reason()));
  }
  info.format = Format::bmp;
  info.channels = 3;
  return info;
}

Result<Image> decode_bmp(Encoded encoded, const PictureInfo& info) {
  if (!has_all_pixels(encoded, info)) return corrupt("truncated BMP: pixels are missing");
  int width = 0, height = 0, channels = 0;
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> pixels(
      stbi_load_from_memory(raw(encoded), static_cast<int>(encoded.size()), &width, &height, &channels, 3),
      &stbi_image_free);
  if (!pixels || Size{width, height} != info.size) return corrupt("damaged BMP");
  Image image(info.size, 3);
  std::memcpy(image.bytes().data(), pixels.get(), image.bytes().size());
  return image;
}

}  // namespace lineguard::imaging
