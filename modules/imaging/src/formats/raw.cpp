// Raw files in the pixel formats of GenICam (PFNC 2.4, and GigE Vision's own packing): no header, its owner declares
// it.
#include "../opencv_view.h"
#include "formats.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <opencv2/imgproc.hpp>

#include <lineguard/imaging/reading.h>

namespace lineguard::imaging {
namespace {

enum class Packing { bytes, words, dense, gige };

struct RawFormat {
  std::optional<int> bayer;  // OpenCV's conversion to RGB; none: gray
  int bits = 8;
  Packing packing = Packing::bytes;
};

struct Prefix {
  std::string_view name;
  std::optional<int> bayer;
};
constexpr std::array<Prefix, 5> kPrefixes{{{"Mono", std::nullopt},
                                           {"BayerGR", cv::COLOR_BayerGRBG2RGB},
                                           {"BayerRG", cv::COLOR_BayerRGGB2RGB},
                                           {"BayerGB", cv::COLOR_BayerGBRG2RGB},
                                           {"BayerBG", cv::COLOR_BayerBGGR2RGB}}};

std::optional<RawFormat> format_named(std::string_view name) {
  const auto prefix = std::ranges::find_if(kPrefixes, [&](const Prefix& p) { return name.starts_with(p.name); });
  if (prefix == kPrefixes.end()) return std::nullopt;
  name.remove_prefix(prefix->name.size());
  RawFormat format{prefix->bayer, 0, Packing::bytes};
  const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), format.bits);
  const std::string_view suffix(end, static_cast<std::size_t>(name.data() + name.size() - end));
  const bool packs = format.bits == 10 || format.bits == 12;
  if (code != std::errc()) return std::nullopt;
  if (suffix.empty() && format.bits == 8) return format;
  if (suffix.empty() && (packs || format.bits == 14 || format.bits == 16))
    format.packing = Packing::words;
  else if (suffix == "p" && (packs || format.bits == 14))
    format.packing = Packing::dense;
  else if (suffix == "Packed" && packs)
    format.packing = Packing::gige;
  else
    return std::nullopt;
  return format;
}

std::uint64_t pixels_of(const RawLayout& layout) {
  return static_cast<std::uint64_t>(layout.size.width_px) * static_cast<std::uint64_t>(layout.size.height_px);
}

// The pixel at `i`, of a file that holds all of them.
std::uint32_t value_at(Encoded encoded, const RawFormat& format, std::uint64_t i) {
  const auto byte = [&](std::uint64_t at) { return std::to_integer<std::uint32_t>(encoded[at]); };
  switch (format.packing) {
    case Packing::bytes:
      return byte(i);
    case Packing::words:
      return byte(2 * i) | byte(2 * i + 1) << 8;
    case Packing::dense: {  // the lowest bits first, across bytes
      const std::uint64_t first = i * static_cast<std::uint64_t>(format.bits);
      std::uint32_t value = 0;
      const std::uint64_t last = (first + static_cast<std::uint64_t>(format.bits) - 1) / 8;
      for (std::uint64_t at = last + 1; at-- > first / 8;) value = value << 8 | byte(at);
      return value >> (first % 8) & ((1u << format.bits) - 1);
    }
    case Packing::gige: {  // two pixels in three bytes: the high bits of each, between them the low ones of both
      const int low_bits = format.bits - 8;
      const std::uint64_t pair = i / 2 * 3;
      const std::uint32_t low = byte(pair + 1) >> (i % 2 * 4) & ((1u << low_bits) - 1);
      return byte(pair + i % 2 * 2) << low_bits | low;
    }
  }
  return 0;
}

}  // namespace

bool is_raw_format(std::string_view name) {
  return format_named(name).has_value();
}

std::uint64_t raw_bytes(const RawLayout& layout) {
  const auto format = format_named(layout.pixel_format);
  const std::uint64_t pixels = pixels_of(layout);
  if (!format) return 0;
  switch (format->packing) {
    case Packing::bytes:
      return pixels;
    case Packing::words:
      return 2 * pixels;
    case Packing::dense:
      return (pixels * static_cast<std::uint64_t>(format->bits) + 7) / 8;
    case Packing::gige:
      return (pixels + 1) / 2 * 3;
  }
  return 0;
}

Result<PictureInfo> raw_info(Encoded encoded, const RawLayout& layout) {
  const auto format = format_named(layout.pixel_format);
  if (!format) return make_error(ErrorCode::invalid_argument, "unknown pixel format " + layout.pixel_format);
  if (encoded.size() != raw_bytes(layout))
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("{} bytes: {} x {} pixels of {} take {}. Another size or pixel format was declared "
                                  "than the file has, or it is cut",
                                  encoded.size(), layout.size.width_px, layout.size.height_px, layout.pixel_format,
                                  raw_bytes(layout)));
  PictureInfo info;
  info.size = layout.size;
  info.channels = format->bayer ? 3 : 1;
  info.depth = format->bits > 8 ? PixelDepth::u16 : PixelDepth::u8;
  return info;
}

Result<Image> decode_raw(Encoded encoded, const RawLayout& layout) {
  LINEGUARD_ASSIGN(const PictureInfo info, raw_info(encoded, layout));
  const RawFormat format = *format_named(layout.pixel_format);
  Image image(layout.size, 1, info.depth);
  const auto width = static_cast<std::uint64_t>(layout.size.width_px);
  const std::uint32_t most = (1u << format.bits) - 1;
  for (int y = 0; y < layout.size.height_px; ++y) {
    for (std::uint64_t x = 0; x < width; ++x) {
      const std::uint32_t value = value_at(encoded, format, static_cast<std::uint64_t>(y) * width + x);
      if (value > most)
        return corrupt(
            fmt::format("the pixel {}, {} is {}: {} ends at {}. Big-endian, or another pixel format than "
                        "was declared",
                        x, y, value, layout.pixel_format, most));
      if (info.depth == PixelDepth::u8)
        image.row_u8(y)[x] = static_cast<std::uint8_t>(value);
      else
        image.row_u16(y)[x] = static_cast<std::uint16_t>(value);
    }
  }
  if (!format.bayer) return image;
  try {
    Image colours(layout.size, 3, info.depth);
    cv::Mat out = view_of(colours);
    cv::demosaicing(view_of(image), out, *format.bayer);
    return colours;
  } catch (const cv::Exception& error) {
    return corrupt(std::string("the raw picture cannot be demosaiced: ") + error.what());
  }
}

}  // namespace lineguard::imaging
