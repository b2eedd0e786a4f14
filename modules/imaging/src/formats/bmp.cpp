#include "formats.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
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

constexpr std::uint64_t kFileHeader = 14;
constexpr std::uint64_t kMostColours = 256;

// What the decoder does not check by itself. Little-endian; zero beyond the end of the file.
struct Header {
  explicit Header(Encoded file)
      : encoded(file),
        pixels_at(word(10, 4)),
        size(word(14, 4)),
        bits(word(28, 2)),
        compression(word(30, 4)),
        palette_at(kFileHeader + size),
        colours(bits <= 8 && pixels_at > palette_at ? std::min((pixels_at - palette_at) / 4, kMostColours + 1) : 0) {}

  std::uint64_t word(std::uint64_t at, std::uint64_t bytes) const {
    std::uint64_t value = 0;
    for (std::uint64_t i = bytes; i-- > 0;) {
      value = value << 8 | (at + i < encoded.size() ? std::to_integer<std::uint64_t>(encoded[at + i]) : 0);
    }
    return value;
  }
  std::uint64_t row_bytes(Size picture) const {
    return (static_cast<std::uint64_t>(picture.width_px) * bits + 31) / 32 * 4;
  }
  bool has_gray_palette() const {
    for (std::uint64_t i = 0; i < colours; ++i) {
      const std::uint64_t at = palette_at + 4 * i;
      if (word(at, 1) != word(at + 1, 1) || word(at, 1) != word(at + 2, 1)) return false;
    }
    return colours > 0;
  }

  Encoded encoded;
  std::uint64_t pixels_at, size, bits, compression, palette_at;
  std::uint64_t colours;  // kMostColours + 1: too many, which the decoder refuses
};

std::string name_of(std::uint64_t compression) {
  switch (compression) {
    case 1:
    case 2:
      return fmt::format("run lengths (compression {})", compression);
    case 4:
      return "a JPEG inside";
    case 5:
      return "a PNG inside";
    default:
      return fmt::format("compression {}", compression);
  }
}

Result<void> check_kind(const Header& header) {
  constexpr std::uint64_t kOldestSupported = 40, kPlain = 0, kMasks = 3;
  if (header.encoded.size() < kFileHeader + kOldestSupported) return corrupt("damaged BMP: its header is cut");
  if (header.size < kOldestSupported) return unsupported("a BMP of OS/2's kind, which is not read: save it as PNG");
  if (header.compression != kPlain && header.compression != kMasks) {
    return unsupported(
        fmt::format("a BMP with {}; expected none: save it uncompressed, or as PNG", name_of(header.compression)));
  }
  if (header.encoded.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return make_error(ErrorCode::too_large, "a BMP of more than 2 GB");
  }
  return {};
}

// The bits of a pixel that are no colour: an alpha, or what nobody speaks of. Where they differ from pixel to pixel
// they say something, and it would be left out.
bool has_fourth_channel(const Header& header, Size picture) {
  if (header.bits != 16 && header.bits != 32) return false;
  constexpr std::uint64_t kMasks = 3, kMasksAt = 54;
  const std::uint64_t plain = header.bits == 16 ? 0x7fff : 0xffffff;
  const std::uint64_t colours = header.compression == kMasks ? header.word(kMasksAt, 4) | header.word(kMasksAt + 4, 4) |
                                                                   header.word(kMasksAt + 8, 4)
                                                             : plain;
  const std::uint64_t others = (header.bits == 16 ? 0xffff : 0xffffffff) & ~colours;
  const std::uint64_t bytes = header.bits / 8, row_bytes = header.row_bytes(picture);
  const std::uint64_t first = header.word(header.pixels_at, bytes) & others;
  if (others == 0) return false;
  for (std::uint64_t y = 0; y < static_cast<std::uint64_t>(picture.height_px); ++y) {
    for (std::uint64_t x = 0; x < static_cast<std::uint64_t>(picture.width_px); ++x) {
      if ((header.word(header.pixels_at + y * row_bytes + x * bytes, bytes) & others) != first) return true;
    }
  }
  return false;
}

// The decoder's palette is uninitialised memory beyond the file's colours.
bool stays_within_palette(const Header& header, Size picture) {
  if (header.bits > 8 || header.colours >= std::uint64_t{1} << header.bits) return true;
  const std::uint64_t row_bytes = header.row_bytes(picture);
  for (std::uint64_t y = 0; y < static_cast<std::uint64_t>(picture.height_px); ++y) {
    for (std::uint64_t bit = 0; bit < static_cast<std::uint64_t>(picture.width_px) * header.bits; bit += header.bits) {
      const std::uint64_t byte = header.word(header.pixels_at + y * row_bytes + bit / 8, 1);
      const std::uint64_t index = byte >> (8 - header.bits - bit % 8) & ((1u << header.bits) - 1);
      if (index >= header.colours) return false;
    }
  }
  return true;
}

}  // namespace

Result<PictureInfo> bmp_info(Encoded encoded) {
  const Header header(encoded);
  LINEGUARD_TRY(check_kind(header));
  PictureInfo info;
  int channels = 0, rows = 0;  // rows are negative where the topmost comes first
  if (!stbi_info_from_memory(raw(encoded), static_cast<int>(encoded.size()), &info.size.width_px, &rows, &channels) ||
      info.size.width_px < 1 || rows == 0 || rows == std::numeric_limits<int>::min()) {
    return corrupt("damaged BMP: its header makes no sense");
  }
  info.size.height_px = std::abs(rows);
  info.format = Format::bmp;
  info.channels = header.has_gray_palette() ? 1 : 3;
  return info;
}

Result<Image> decode_bmp(Encoded encoded, const PictureInfo& info) {
  const Header header(encoded);
  // The decoder would read zeros beyond the end.
  const std::uint64_t pixels = header.row_bytes(info.size) * static_cast<std::uint64_t>(info.size.height_px);
  if (header.pixels_at + pixels > encoded.size()) return corrupt("truncated BMP: pixels are missing");
  if (header.bits != 1 && header.bits != 4 && header.bits != 8 && header.bits != 16 && header.bits != 24 &&
      header.bits != 32) {
    return corrupt(fmt::format("damaged BMP: {} bits a pixel", header.bits));
  }
  if (!stays_within_palette(header, info.size)) return corrupt("damaged BMP: a pixel beyond its palette");
  if (has_fourth_channel(header, info.size)) return hidden_by_alpha("BMP");
  LINEGUARD_TRY(refuse_second_picture(encoded.subspan(header.pixels_at + pixels)));
  int width = 0, height = 0, channels = 0;
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> decoded(
      stbi_load_from_memory(raw(encoded), static_cast<int>(encoded.size()), &width, &height, &channels, info.channels),
      &stbi_image_free);
  if (!decoded) return corrupt(fmt::format("damaged BMP: {}", stbi_failure_reason()));
  if (Size{width, height} != info.size) return corrupt("damaged BMP: its size is not what the header says");
  Image image(info.size, info.channels);
  std::memcpy(image.bytes().data(), decoded.get(), image.bytes().size());
  return image;
}

}  // namespace lineguard::imaging
