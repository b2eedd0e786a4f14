#include <cmath>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <lineguard/imaging/outline.h>

namespace lineguard::imaging {

void fill_outline(Image& mask, std::span<const Point> outline, Point origin) {
  cv::Mat view(mask.height_px(), mask.width_px(), CV_8U, const_cast<std::byte*>(mask.bytes().data()), mask.row_bytes());
  const auto pixel = [](double at) { return static_cast<int>(std::lround(at)); };
  std::vector<cv::Point> points;
  for (const Point& point : outline) points.emplace_back(pixel(point.x - origin.x), pixel(point.y - origin.y));
  if ((cv::boundingRect(points) & cv::Rect({}, view.size())).empty()) return;
  cv::fillPoly(view, std::vector<std::vector<cv::Point>>{points}, 255);
}

}  // namespace lineguard::imaging
