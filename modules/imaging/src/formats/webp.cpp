#include "formats.h"

#include <fmt/format.h>
#include <webp/decode.h>

namespace lineguard::imaging {
namespace {

const std::uint8_t* raw(Encoded encoded) {
  return reinterpret_cast<const std::uint8_t*>(encoded.data());
}

std::size_t little_endian(Encoded encoded, std::size_t at) {
  std::size_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | std::to_integer<std::size_t>(encoded[at + i]);
  return value;
}

// What stands beside the pixels: RIFF chunks, each filled up to an even length.
struct Chunks {
  int orientation = 1;
  std::size_t end = 0;  // of the RIFF file; 0: it is cut
};

Chunks look_through(Encoded encoded) {
  constexpr std::size_t kHeader = 12, kChunkHeader = 8;
  Chunks chunks;
  const std::size_t end = kChunkHeader + little_endian(encoded, 4);
  if (end <= encoded.size()) chunks.end = end;
  const std::size_t last = std::min(end, encoded.size());
  for (std::size_t at = kHeader; at < last && last - at >= kChunkHeader;) {
    const std::size_t length = little_endian(encoded, at + 4);
    if (length > last - at - kChunkHeader) return chunks;
    Encoded content = encoded.subspan(at + kChunkHeader, length);
    constexpr std::string_view kPrefix("Exif\0\0", 6);  // that some writers put there, too
    if (has_text_at(content, 0, kPrefix)) content = content.subspan(kPrefix.size());
    if (has_text_at(encoded, at, "EXIF")) chunks.orientation = exif_orientation(content);
    at += kChunkHeader + length + length % 2;
  }
  return chunks;
}

Result<WebPBitstreamFeatures> read_features(Encoded encoded) {
  constexpr std::size_t kSmallest = 20;
  WebPBitstreamFeatures features{};
  if (encoded.size() < kSmallest || WebPGetFeatures(raw(encoded), encoded.size(), &features) != VP8_STATUS_OK)
    return corrupt("damaged WebP: its header is cut or makes no sense");
  return features;
}

}  // namespace

Result<PictureInfo> webp_info(Encoded encoded) {
  LINEGUARD_ASSIGN(const auto features, read_features(encoded));
  if (features.has_animation != 0)
    return unsupported("an animated WebP: only one of its pictures would be judged. Save each as a file of its own");
  PictureInfo info;
  info.format = Format::webp;
  info.size = {features.width, features.height};
  info.channels = 3;
  info.exif_orientation = look_through(encoded).orientation;
  return info;
}

Result<Image> decode_webp(Encoded encoded, const PictureInfo& info) {
  LINEGUARD_ASSIGN(const auto features, read_features(encoded));
  const Chunks chunks = look_through(encoded);
  if (chunks.end == 0) return corrupt("truncated WebP: it is shorter than it says");
  Image image(info.size, info.channels);
  auto* pixels = reinterpret_cast<std::uint8_t*>(image.bytes().data());
  if (features.has_alpha == 0) {
    if (WebPDecodeRGBInto(raw(encoded), encoded.size(), pixels, image.bytes().size(),
                          static_cast<int>(image.row_bytes())) == nullptr)
      return corrupt("truncated or damaged WebP");
  } else {
    const std::size_t row_bytes = 4 * static_cast<std::size_t>(info.size.width_px);
    std::vector<std::uint8_t> aside(row_bytes * static_cast<std::size_t>(info.size.height_px));
    if (WebPDecodeRGBAInto(raw(encoded), encoded.size(), aside.data(), aside.size(), static_cast<int>(row_bytes)) ==
        nullptr)
      return corrupt("truncated or damaged WebP");
    for (std::size_t i = 0; i < aside.size(); i += 4) {
      if (aside[i + 3] != 0xff) return hidden_by_alpha("WebP");
      for (std::size_t channel = 0; channel < 3; ++channel) *pixels++ = aside[i + channel];
    }
  }
  LINEGUARD_TRY(refuse_second_picture(encoded.subspan(chunks.end)));
  return image;
}

}  // namespace lineguard::imaging
