#include <algorithm>
#include <cmath>
#include <utility>

#include <lineguard/evaluation/render.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::evaluation {
namespace {

// Each cell the highest of what it stands for: a scratch of a pixel must not fade.
FloatMap shrunk(const FloatMap& map, Size size) {
  FloatMap small{size, std::vector<float>(static_cast<std::size_t>(size.width_px) * size.height_px, 0)};
  const auto from = [](int i, int cells, int pixels) { return static_cast<int>(std::int64_t{i} * pixels / cells); };
  for (int y = 0; y < size.height_px; ++y) {
    const int top = from(y, size.height_px, map.size.height_px),
              bottom = from(y + 1, size.height_px, map.size.height_px);
    for (int x = 0; x < size.width_px; ++x) {
      const int left = from(x, size.width_px, map.size.width_px), right = from(x + 1, size.width_px, map.size.width_px);
      float highest = map.at(left, top);
      for (int row = top; row < bottom; ++row) {
        for (int column = left; column < right; ++column) highest = std::max(highest, map.at(column, row));
      }
      small.values[static_cast<std::size_t>(y) * size.width_px + x] = highest;
    }
  }
  return small;
}

void shrink(std::vector<Point>& points, double factor) {
  for (Point& point : points) point = {point.x * factor, point.y * factor};
}

}  // namespace

Image render_overlay(const Image& image, const Prediction& prediction, double pixel_threshold, imaging::Outlines truth,
                     int longest_px) {
  const double margin = pixel_threshold == 0 ? 0.5 : std::abs(pixel_threshold) / 4;
  imaging::OverlayStyle style;
  style.map_low = pixel_threshold - margin;
  style.map_high = pixel_threshold + margin;
  const bool fits = prediction.map && prediction.map->size == image.size();
  const Size size = longest_px > 0 ? imaging::size_within(image.size(), longest_px) : image.size();
  if (size == image.size()) {
    style.truth = std::move(truth);
    return imaging::draw_overlay(image, fits ? &*prediction.map : nullptr, prediction.regions, style);
  }
  const double factor = static_cast<double>(longest_px) / std::max(image.width_px(), image.height_px());
  std::vector<Region> regions = prediction.regions;
  for (Region& region : regions) {
    region.box = {region.box.x * factor, region.box.y * factor, region.box.width * factor, region.box.height * factor};
    shrink(region.polygon, factor);
  }
  for (auto& outline : truth) shrink(outline, factor);
  style.truth = std::move(truth);
  std::optional<FloatMap> map;
  if (fits) map = shrunk(*prediction.map, size);
  return imaging::draw_overlay(imaging::resize(image, size), map ? &*map : nullptr, regions, style);
}

}  // namespace lineguard::evaluation
