#include "preprocess.h"

#include <algorithm>
#include <cmath>

#include <lineguard/imaging/transform.h>

namespace lineguard::detector {

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

package::Preprocessing preprocessing_of(const TrainConfig& config) {
  return {config.input_px,  config.window,      config.roi,      config.tile_px, config.tile_overlap,
          config.templates, config.align_shift, config.lighting, nullptr};
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
  return {first, first + bytes.size()};
}

}  // namespace lineguard::detector
