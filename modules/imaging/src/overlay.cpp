#include "opencv_view.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <lineguard/core/check.h>
#include <lineguard/imaging/overlay.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::imaging {
namespace {

void blend_heat(cv::Mat& rgb, const FloatMap& map, const OverlayStyle& style) {
  const double range = std::max(style.map_high - style.map_low, 1e-12);
  cv::Mat level(map.size.height_px, map.size.width_px, CV_8U);
  for (int y = 0; y < level.rows; ++y) {
    for (int x = 0; x < level.cols; ++x) {
      level.at<std::uint8_t>(y, x) =
          static_cast<std::uint8_t>(255 * std::clamp((map.at(x, y) - style.map_low) / range, 0.0, 1.0));
    }
  }
  cv::Mat heat;
  cv::applyColorMap(level, heat, cv::COLORMAP_TURBO);
  cv::cvtColor(heat, heat, cv::COLOR_BGR2RGB);
  for (int y = 0; y < rgb.rows; ++y) {
    for (int x = 0; x < rgb.cols; ++x) {
      // Fades in, so that normal places show the part itself.
      const double weight = style.opacity * std::min(1.0, level.at<std::uint8_t>(y, x) / 96.0);
      auto& pixel = rgb.at<cv::Vec3b>(y, x);
      const auto& colour = heat.at<cv::Vec3b>(y, x);
      for (int channel = 0; channel < 3; ++channel) {
        pixel[channel] = static_cast<std::uint8_t>((1 - weight) * pixel[channel] + weight * colour[channel]);
      }
    }
  }
}

void draw_region(cv::Mat& rgb, const Region& region) {
  const cv::Scalar colour(255, 60, 60);
  const int thickness = std::max(1, std::min(rgb.cols, rgb.rows) / 300);
  const auto pixel = [](double value) { return static_cast<int>(std::lround(value)); };
  const cv::Rect box(pixel(region.box.x), pixel(region.box.y), std::max(1, pixel(region.box.width)),
                     std::max(1, pixel(region.box.height)));
  cv::rectangle(rgb, box, colour, thickness);
  std::vector<cv::Point> outline;
  for (const Point& point : region.polygon) outline.emplace_back(pixel(point.x), pixel(point.y));
  if (!outline.empty()) cv::polylines(rgb, outline, true, cv::Scalar(255, 220, 60), thickness, cv::LINE_AA);
  const std::string text = region.class_name.empty() ? fmt::format("{:.3g}", region.score)
                                                     : fmt::format("{} {:.3g}", region.class_name, region.score);
  const double scale = std::max(0.35, std::min(rgb.cols, rgb.rows) / 900.0);
  cv::putText(rgb, text, {box.x, std::max(12, box.y - 4)}, cv::FONT_HERSHEY_SIMPLEX, scale, colour, thickness,
              cv::LINE_AA);
}

}  // namespace

Image draw_overlay(const Image& image, const FloatMap* map, const std::vector<Region>& regions,
                   const OverlayStyle& style) {
  LINEGUARD_CHECK(!map || map->size == image.size(), "an overlay's map has the picture's size");
  Image drawn = to_rgb(to_8_bit(image, {}));
  cv::Mat rgb = view_of(drawn);
  if (map) blend_heat(rgb, *map, style);
  if (style.draw_regions) {
    for (const Region& region : regions) draw_region(rgb, region);
  }
  return drawn;
}

}  // namespace lineguard::imaging
