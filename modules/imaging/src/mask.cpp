#include "formats/formats.h"

#include <algorithm>
#include <new>

#include <fmt/format.h>

#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::imaging {
namespace {

bool is_zero(std::span<const std::byte> bytes) {
  return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{}; });
}

// The largest of a pixel's samples, 0 to 255.
std::vector<std::uint8_t> brightest_samples(const Image& image) {
  const auto depth = static_cast<std::size_t>(image.depth());
  const std::size_t pixel = depth * static_cast<std::size_t>(image.channels());
  std::vector<std::uint8_t> brightest(image.bytes().size() / pixel);
  for (std::size_t i = 0; i < brightest.size(); ++i) {
    for (std::size_t at = i * pixel; at < (i + 1) * pixel; at += depth) {
      std::uint16_t value = std::to_integer<std::uint16_t>(image.bytes()[at]);
      if (depth == 2) value = std::max(value, std::to_integer<std::uint16_t>(image.bytes()[at + 1]));
      brightest[i] = std::max(brightest[i], static_cast<std::uint8_t>(value));
    }
  }
  return brightest;
}

// Compression and blur leave dark values beside bright ones; classes that are told by small numbers have no bright
// ones.
double share_of_soft(const Image& image) {
  constexpr int kSoft = 64, kBright = 192;
  std::size_t marked = 0, soft = 0, bright = 0;
  for (const std::uint8_t value : brightest_samples(image)) {
    marked += value > 0;
    soft += value > 0 && value < kSoft;
    bright += value >= kBright;
  }
  return bright > 0 ? static_cast<double>(soft) / static_cast<double>(marked) : 0;
}

// Unmarks what is transparent; where everything opaque is black the alpha alone marks.
void apply_alpha(const Image& alpha, Image& marked) {
  const auto depth = static_cast<std::size_t>(alpha.depth());
  const auto is_seen = [&](std::size_t i) { return !is_zero(alpha.bytes().subspan(i * depth, depth)); };
  const std::size_t pixels = marked.bytes().size();
  bool colours_mark = false;
  for (std::size_t i = 0; i < pixels; ++i) colours_mark |= is_seen(i) && marked.bytes()[i] != std::byte{};
  for (std::size_t i = 0; i < pixels; ++i) {
    if (!is_seen(i))
      marked.bytes()[i] = std::byte{};
    else if (!colours_mark)
      marked.bytes()[i] = std::byte{0xff};
  }
}

Result<Mask> mask_of_png(std::span<const std::byte> encoded, const PictureInfo& info) {
  LINEGUARD_ASSIGN(const PngLayers layers, decode_png_layers(encoded, info));
  Mask mask;
  mask.marked = non_zero(layers.colours);
  mask.by_index = layers.by_index;
  if (!layers.by_index) mask.soft_share = share_of_soft(layers.colours);
  if (layers.alpha) {
    const auto bytes = layers.alpha->bytes();
    mask.by_alpha = std::ranges::any_of(bytes, [](std::byte b) { return b != std::byte{0xff}; });
    if (mask.by_alpha) apply_alpha(*layers.alpha, mask.marked);
  }
  if (info.exif_orientation != 1) mask.marked = apply_orientation(mask.marked, info.exif_orientation);
  return mask;
}

}  // namespace

Result<Mask> decode_mask(std::span<const std::byte> encoded, const DecodeLimits& limits) {
  LINEGUARD_ASSIGN(const PictureInfo upright, read_info(encoded, limits));
  if (upright.format != Format::png) {
    LINEGUARD_ASSIGN(const Image image, decode(encoded, limits));
    return Mask{non_zero(image), share_of_soft(image)};
  }
  try {
    LINEGUARD_ASSIGN(const PictureInfo info, png_info(encoded));
    return mask_of_png(encoded, info);
  } catch (const std::bad_alloc&) {
    return make_error(ErrorCode::unavailable,
                      fmt::format("no memory for {} x {} pixels", upright.size.width_px, upright.size.height_px));
  }
}

}  // namespace lineguard::imaging
