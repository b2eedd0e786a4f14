#include <algorithm>
#include <cmath>
#include <limits>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <lineguard/detector/regions.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::detector {
using namespace features;
namespace {

constexpr std::size_t kMostRegions = 64;
constexpr double kLikely = 0.2;  // probability of a class in at least one cell
constexpr int kWorkingSide = 256;

// Outlines are found on the map at this size: a few steps a cell, within reason.
Size working_size(Size cells) {
  const auto side = [](int length) { return std::clamp(8 * length, kWorkingSide, 4 * kWorkingSide); };
  return {side(cells.width_px), side(cells.height_px)};
}

std::vector<Point> simplified_outline(const std::vector<cv::Point>& contour, const PixelRect& area, double x_factor,
                                      double y_factor) {
  std::vector<cv::Point> simple;
  cv::approxPolyDP(contour, simple, 1.0, true);
  std::vector<Point> outline;
  for (const cv::Point& point : simple) {
    // Pixel centres; a defect's outline runs through the middle of its outermost pixels.
    outline.push_back({area.x + (point.x + 0.5) * x_factor, area.y + (point.y + 0.5) * y_factor});
  }
  return outline;
}

// About the middle of its box, cut off at the area's border.
void scale(Region& region, double factor, const PixelRect& area) {
  const double middle_x = region.box.x + region.box.width / 2, middle_y = region.box.y + region.box.height / 2;
  const double right = area.x + area.size.width_px, bottom = area.y + area.size.height_px;
  const auto scaled = [factor](double at, double middle, double low, double high) {
    return std::clamp(middle + factor * (at - middle), low, high);
  };
  const double x = scaled(region.box.x, middle_x, area.x, right), y = scaled(region.box.y, middle_y, area.y, bottom);
  region.box.width = scaled(region.box.x + region.box.width, middle_x, area.x, right) - x;
  region.box.height = scaled(region.box.y + region.box.height, middle_y, area.y, bottom) - y;
  region.box.x = x;
  region.box.y = y;
  for (Point& corner : region.polygon)
    corner = {scaled(corner.x, middle_x, area.x, right), scaled(corner.y, middle_y, area.y, bottom)};
}

// Outer contours of what is above `level`.
std::vector<std::vector<cv::Point>> contours_above(const FloatMap& map, double level) {
  cv::Mat inside(map.size.height_px, map.size.width_px, CV_8U);
  for (int y = 0; y < map.size.height_px; ++y) {
    for (int x = 0; x < map.size.width_px; ++x) inside.at<std::uint8_t>(y, x) = map.at(x, y) > level ? 255 : 0;
  }
  std::vector<std::vector<cv::Point>> contours;
  cv::findContours(inside, contours, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
  return contours;
}

// The highest value inside the contour, which lies in `bounds`.
float peak_inside(const FloatMap& map, const std::vector<cv::Point>& contour, const cv::Rect& bounds) {
  cv::Mat filled = cv::Mat::zeros(bounds.size(), CV_8U);
  cv::drawContours(filled, std::vector<std::vector<cv::Point>>{contour}, 0, 255, cv::FILLED, cv::LINE_8, cv::noArray(),
                   0, -bounds.tl());
  float peak = std::numeric_limits<float>::lowest();  // log odds are below 0 in most places
  for (int y = 0; y < bounds.height; ++y) {
    for (int x = 0; x < bounds.width; ++x) {
      if (filled.at<std::uint8_t>(y, x)) peak = std::max(peak, map.at(bounds.x + x, bounds.y + y));
    }
  }
  return peak;
}

}  // namespace

std::vector<Region> find_regions(const FloatMap& map, const PixelRect& area, const RegionThresholds& thresholds) {
  // Between cells a map is nowhere higher than in them: of most parts there is nothing to outline.
  if (std::ranges::none_of(map.values, [&](float value) { return value > thresholds.peak; })) return {};
  const FloatMap fine = imaging::resize_map(map, working_size(map.size));
  const double x_factor = static_cast<double>(area.size.width_px) / fine.size.width_px;
  const double y_factor = static_cast<double>(area.size.height_px) / fine.size.height_px;
  std::vector<Region> regions;
  for (const auto& contour : contours_above(fine, thresholds.inside)) {
    const cv::Rect bounds = cv::boundingRect(contour);
    Region region;
    region.score = peak_inside(fine, contour, bounds);
    if (region.score <= thresholds.peak) continue;
    region.box = {area.x + bounds.x * x_factor, area.y + bounds.y * y_factor, bounds.width * x_factor,
                  bounds.height * y_factor};
    region.polygon = simplified_outline(contour, area, x_factor, y_factor);
    if (thresholds.size_factor != 1) scale(region, thresholds.size_factor, area);
    regions.push_back(std::move(region));
  }
  std::ranges::stable_sort(regions, [](const Region& a, const Region& b) { return a.score > b.score; });
  if (regions.size() > kMostRegions) regions.resize(kMostRegions);
  return regions;
}

Region highest_place(const FloatMap& map, const PixelRect& area, double size_factor) {
  const double peak = *std::ranges::max_element(map.values);
  std::vector<float> ranked = map.values;
  const auto middle = ranked.begin() + static_cast<std::ptrdiff_t>(ranked.size() / 2);
  std::ranges::nth_element(ranked, middle);
  const double half = (peak + *middle) / 2;
  auto places = find_regions(map, area, {half, half, size_factor});
  if (!places.empty()) return std::move(places.front());
  const double left = area.x, top = area.y, right = left + area.size.width_px, bottom = top + area.size.height_px;
  Region whole;
  whole.box = {left, top, right - left, bottom - top};
  whole.score = peak;
  whole.polygon = {{left, top}, {right, top}, {right, bottom}, {left, bottom}};
  return whole;
}

void name_regions(const std::vector<FloatMap>& classes, const std::vector<std::string>& names, const PixelRect& area,
                  std::vector<Region>& regions) {
  const Size grid = classes.at(0).size;
  const auto cell_of = [](double at, int from, int length, int cells) {
    return std::clamp(static_cast<int>((at - from) / length * cells), 0, cells - 1);
  };
  for (Region& region : regions) {
    const int left = cell_of(region.box.x, area.x, area.size.width_px, grid.width_px);
    const int right = cell_of(region.box.x + region.box.width, area.x, area.size.width_px, grid.width_px);
    const int top = cell_of(region.box.y, area.y, area.size.height_px, grid.height_px);
    const int bottom = cell_of(region.box.y + region.box.height, area.y, area.size.height_px, grid.height_px);
    double best = 0, most_likely = 0;
    for (std::size_t k = 0; k < std::min(names.size(), classes.size()); ++k) {
      double sum = 0;
      for (int y = top; y <= bottom; ++y) {
        for (int x = left; x <= right; ++x) {
          const double share = classes[k].at(x, y);
          sum += share;
          most_likely = std::max(most_likely, share);
        }
      }
      if (sum <= best) continue;
      best = sum;
      region.class_name = names[k];
    }
    if (most_likely < kLikely) region.class_name.clear();
  }
}

FloatMap spread_over_picture(const FloatMap& map, const PixelRect& area, Size picture) {
  FloatMap part = imaging::resize_map(map, area.size);
  if (area.size == picture) return part;
  const float outside = std::min(0.0F, *std::ranges::min_element(part.values));
  FloatMap whole{picture, std::vector<float>(static_cast<std::size_t>(picture.width_px) * picture.height_px, outside)};
  for (int y = 0; y < area.size.height_px; ++y) {
    const auto* row = part.values.data() + static_cast<std::ptrdiff_t>(y) * area.size.width_px;
    std::copy(row, row + area.size.width_px,
              whole.values.data() + static_cast<std::ptrdiff_t>(y + area.y) * picture.width_px + area.x);
  }
  return whole;
}

}  // namespace lineguard::detector
