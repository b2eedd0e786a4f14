#include "preprocess.h"

#include <algorithm>
#include <cmath>

#include <lineguard/imaging/transform.h>

namespace lineguard::detector {
namespace {

// Whole pictures alone: what is bright where in a tile depends on where the tile lies.
bool sees_brightness(const TrainConfig& config) {
  return config.brightness > 0 && config.tile_px == 0 && !config.templates;
}

// RGB, RGB, ... -> RGB and gray, RGB and gray, ...
std::vector<std::uint8_t> with_brightness(const std::uint8_t* rgb, const Image& gray) {
  std::vector<std::uint8_t> tile;
  tile.reserve(gray.bytes().size() * 4);
  for (const std::byte brightness : gray.bytes()) {
    tile.insert(tile.end(), rgb, rgb + 3);
    tile.push_back(std::to_integer<std::uint8_t>(brightness));
    rgb += 3;
  }
  return tile;
}

}  // namespace

PixelRect region_of_interest(const package::Preprocessing& preprocessing, Size picture) {
  if (!preprocessing.roi) return {0, 0, picture};
  const Box& roi = *preprocessing.roi;
  const auto to_pixels = [](double fraction, int length) { return static_cast<int>(std::lround(fraction * length)); };
  const int x = std::clamp(to_pixels(roi.x, picture.width_px), 0, picture.width_px - 1);
  const int y = std::clamp(to_pixels(roi.y, picture.height_px), 0, picture.height_px - 1);
  return {x,
          y,
          {std::clamp(to_pixels(roi.width, picture.width_px), 1, picture.width_px - x),
           std::clamp(to_pixels(roi.height, picture.height_px), 1, picture.height_px - y)}};
}

bool middle_inside(const Box& box, const PixelRect& area) {
  const double x = box.x + box.width / 2, y = box.y + box.height / 2;
  return x >= area.x && y >= area.y && x <= area.x + area.size.width_px && y <= area.y + area.size.height_px;
}

int channels_of(const package::Preprocessing& preprocessing) {
  return preprocessing.brightness ? 4 : 3;
}

std::vector<std::int64_t> tile_shape(const package::Preprocessing& preprocessing) {
  return {1, preprocessing.input_px, preprocessing.input_px, channels_of(preprocessing)};
}

package::Preprocessing preprocessing_of(const TrainConfig& config) {
  return {config.input_px,  config.window,      config.roi,      config.tile_px, config.tile_overlap,
          config.templates, config.align_shift, config.lighting, sees_brightness(config),
          nullptr};
}

std::vector<std::uint8_t> prepare_tile(const Image& image, const package::Preprocessing& preprocessing) {
  return prepare_tile(image, region_of_interest(preprocessing, image.size()), preprocessing);
}

std::vector<std::uint8_t> prepare_tile(const Image& image, const PixelRect& rect,
                                       const package::Preprocessing& preprocessing) {
  const Size side{preprocessing.input_px, preprocessing.input_px};
  const auto shrink = [&](const Image& part) {  // a picture of 8 bits is not copied first
    constexpr auto kArea = imaging::Interpolation::area;
    if (part.depth() == PixelDepth::u8) return imaging::resize(part, side, kArea);
    return imaging::resize(imaging::to_8_bit(part, preprocessing.window), side, kArea);
  };
  const bool whole = rect.size == image.size();
  // Resized before gray becomes colour: a third of the work.
  const Image small = whole ? shrink(image) : shrink(imaging::crop(image, rect.x, rect.y, rect.size));
  const Image tile = imaging::to_rgb(imaging::even_out(small, preprocessing.lighting));
  const auto bytes = tile.bytes();
  const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
  if (preprocessing.brightness) return with_brightness(first, imaging::to_gray(small));
  return {first, first + bytes.size()};
}

}  // namespace lineguard::detector
