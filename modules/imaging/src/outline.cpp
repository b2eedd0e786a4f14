#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <lineguard/imaging/outline.h>

namespace lineguard::imaging {

namespace {

// What lies on the side of `limit` where `sign` * coordinate is below sign * limit (Sutherland and Hodgman, 1974).
// Inside it encloses what it did.
std::vector<Point> clipped(const std::vector<Point>& outline, double Point::*along, double Point::*across, double limit,
                           double sign) {
  std::vector<Point> kept;
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const Point &from = outline[i], &to = outline[(i + 1) % outline.size()];
    const bool from_in = sign * from.*along <= sign * limit, to_in = sign * to.*along <= sign * limit;
    if (from_in) kept.push_back(from);
    if (from_in == to_in) continue;
    const double share = (limit - from.*along) / (to.*along - from.*along);
    Point& cut = kept.emplace_back();
    cut.*along = limit;
    cut.*across = from.*across + share * (to.*across - from.*across);
  }
  return kept;
}

// Painting takes time by how far points lie apart, and whole numbers end: what is far outside is cut off. Ordinary
// outlines are not touched.
std::vector<Point> near_the_mask(std::vector<Point> outline, Size size) {
  constexpr double kMargin = 32768;
  outline = clipped(outline, &Point::x, &Point::y, -kMargin, -1);
  outline = clipped(outline, &Point::x, &Point::y, size.width_px + kMargin, 1);
  outline = clipped(outline, &Point::y, &Point::x, -kMargin, -1);
  return clipped(outline, &Point::y, &Point::x, size.height_px + kMargin, 1);
}

}  // namespace

void fill_outline(Image& mask, std::span<const Point> outline, Point origin) {
  cv::Mat view(mask.height_px(), mask.width_px(), CV_8U, const_cast<std::byte*>(mask.bytes().data()), mask.row_bytes());
  std::vector<Point> moved;
  constexpr double kNowhere = 1e12;  // beyond it differences of coordinates have no meaning
  for (const Point& point : outline) {
    if (!std::isfinite(point.x) || !std::isfinite(point.y)) return;
    moved.push_back(
        {std::clamp(point.x - origin.x, -kNowhere, kNowhere), std::clamp(point.y - origin.y, -kNowhere, kNowhere)});
  }
  const auto pixel = [](double at) { return static_cast<int>(std::lround(at)); };
  std::vector<cv::Point> points;
  for (const Point& point : near_the_mask(std::move(moved), mask.size()))
    points.emplace_back(pixel(point.x), pixel(point.y));
  if (points.empty()) return;
  if ((cv::boundingRect(points) & cv::Rect({}, view.size())).empty()) return;
  cv::fillPoly(view, std::vector<std::vector<cv::Point>>{points}, 255);
}

}  // namespace lineguard::imaging
