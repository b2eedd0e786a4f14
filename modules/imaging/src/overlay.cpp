#include "opencv_view.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <lineguard/core/check.h>
#include <lineguard/imaging/depth_window.h>
#include <lineguard/imaging/overlay.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::imaging {
namespace {

// Yellow over orange to red: no colour that a line of what people drew or of a region has.
cv::Vec3b heat_of(std::uint8_t level) {
  return {static_cast<std::uint8_t>(255 - level / 8), static_cast<std::uint8_t>(220 - level * 220 / 255), 0};
}

void blend_heat(cv::Mat& rgb, const FloatMap& map, const OverlayStyle& style) {
  const double range = std::max(style.map_high - style.map_low, 1e-12);
  cv::Mat level(map.size.height_px, map.size.width_px, CV_8U);
  for (int y = 0; y < level.rows; ++y) {
    for (int x = 0; x < level.cols; ++x) {
      level.at<std::uint8_t>(y, x) =
          static_cast<std::uint8_t>(255 * std::clamp((map.at(x, y) - style.map_low) / range, 0.0, 1.0));
    }
  }
  for (int y = 0; y < rgb.rows; ++y) {
    for (int x = 0; x < rgb.cols; ++x) {
      // Fades in, so that normal places show the part itself.
      const double weight = style.opacity * std::min(1.0, level.at<std::uint8_t>(y, x) / 96.0);
      auto& pixel = rgb.at<cv::Vec3b>(y, x);
      const cv::Vec3b colour = heat_of(level.at<std::uint8_t>(y, x));
      for (int channel = 0; channel < 3; ++channel) {
        pixel[channel] = static_cast<std::uint8_t>((1 - weight) * pixel[channel] + weight * colour[channel]);
      }
    }
  }
}

const cv::Scalar kRegionColour(70, 200, 255), kTruthColour(60, 255, 60), kEdge(0, 0, 0);

int line_width_px(const cv::Mat& rgb) {
  return std::clamp(std::min(rgb.cols, rgb.rows) / 160, 1, 6);
}

int pixel(double value) {
  return static_cast<int>(std::lround(value));
}

cv::Rect pixels_of(const Box& box) {
  return {pixel(box.x), pixel(box.y), std::max(1, pixel(box.width)), std::max(1, pixel(box.height))};
}

// With a dark edge, to be seen on bright and on dark parts.
void draw_outline(cv::Mat& rgb, const std::vector<Point>& points, const cv::Scalar& colour) {
  std::vector<cv::Point> outline;
  for (const Point& point : points) outline.emplace_back(pixel(point.x), pixel(point.y));
  if (outline.empty()) return;
  cv::polylines(rgb, outline, true, kEdge, line_width_px(rgb) + 2, cv::LINE_AA);
  cv::polylines(rgb, outline, true, colour, line_width_px(rgb), cv::LINE_AA);
}

void draw_region(cv::Mat& rgb, const Region& region) {
  cv::rectangle(rgb, pixels_of(region.box), kEdge, line_width_px(rgb) + 2);
  cv::rectangle(rgb, pixels_of(region.box), kRegionColour, line_width_px(rgb));
  draw_outline(rgb, region.polygon, kRegionColour);
}

// Above the box, below it, or inside at its top: the first place inside the picture that no other name has taken; where
// all are taken, further and further down.
cv::Rect place_name(const cv::Rect& box, const cv::Size& text, const cv::Size& picture,
                    const std::vector<cv::Rect>& taken) {
  const int right = std::max(0, picture.width - text.width), bottom = std::max(0, picture.height - text.height);
  const auto at = [&](int y) { return cv::Rect({std::clamp(box.x, 0, right), std::clamp(y, 0, bottom)}, text); };
  const auto is_free = [&](const cv::Rect& place) {
    return std::ranges::none_of(taken, [&](const cv::Rect& other) { return (place & other).area() > 0; });
  };
  std::vector<int> tries{box.y - text.height - 1, box.y + box.height + 1, box.y + 1};
  for (int y = box.y + text.height; y < bottom; y += text.height) tries.push_back(y);
  for (const int y : tries) {
    if (const cv::Rect place = at(y); place.y == y && is_free(place)) return place;
  }
  return at(tries[0]);
}

void draw_names(cv::Mat& rgb, const std::vector<Region>& regions) {
  const int thickness = std::max(1, line_width_px(rgb) / 2);
  const double scale = std::max(0.35, std::min(rgb.cols, rgb.rows) / 900.0);
  std::vector<cv::Rect> taken;
  for (const Region& region : regions) {
    const std::string text = region.class_name.empty() ? fmt::format("{:.3g}", region.score)
                                                       : fmt::format("{} {:.3g}", region.class_name, region.score);
    int below = 0;
    cv::Size size = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, scale, thickness, &below);
    size += cv::Size(2, below + 2);
    const cv::Rect box = pixels_of(region.box);
    const cv::Rect place = place_name(box, size, rgb.size(), taken);
    taken.push_back(place);
    if (place.y > box.y + box.height + size.height)  // too far to be taken for the box's
      cv::line(rgb, {box.x, box.y + box.height}, {place.x, place.y}, kRegionColour, 1, cv::LINE_AA);
    const cv::Point start(place.x + 1, place.y + place.height - below - 1);
    cv::putText(rgb, text, start, cv::FONT_HERSHEY_SIMPLEX, scale, kEdge, thickness + 2, cv::LINE_AA);
    cv::putText(rgb, text, start, cv::FONT_HERSHEY_SIMPLEX, scale, kRegionColour, thickness, cv::LINE_AA);
  }
}

}  // namespace

Outlines outlines_of(const Image& mask) {
  std::vector<std::vector<cv::Point>> contours;
  cv::findContours(view_of(mask), contours, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
  Outlines outlines;
  for (const auto& contour : contours) {
    outlines.emplace_back();
    for (const cv::Point& point : contour)
      outlines.back().push_back({static_cast<double>(point.x), static_cast<double>(point.y)});
  }
  return outlines;
}

Image draw_overlay(const Image& image, const FloatMap* map, const std::vector<Region>& regions,
                   const OverlayStyle& style) {
  LINEGUARD_CHECK(!map || map->size == image.size(), "an overlay's map has the picture's size");
  Image drawn = to_rgb(for_display(image));
  cv::Mat rgb = view_of(drawn);
  if (map) blend_heat(rgb, *map, style);
  if (style.draw_regions) {
    for (const Region& region : regions) draw_region(rgb, region);
  }
  for (const auto& outline : style.truth) draw_outline(rgb, outline, kTruthColour);
  if (style.draw_regions) draw_names(rgb, regions);
  return drawn;
}

}  // namespace lineguard::imaging
