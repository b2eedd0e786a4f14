#include "opencv_view.h"

#include <algorithm>
#include <cmath>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <lineguard/imaging/properties.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::imaging {
namespace {

constexpr int kLongestSide = 512;

Image shrunk(const Image& image) {
  const double factor = static_cast<double>(kLongestSide) / std::max(image.width_px(), image.height_px());
  if (factor >= 1) return image;
  const auto side = [&](int px) { return std::max(1, static_cast<int>(std::lround(px * factor))); };
  return resize(image, {side(image.width_px()), side(image.height_px())});
}

}  // namespace

PictureProperties measure_properties(const Image& image) {
  const Image gray = to_gray(to_8_bit(shrunk(image), {}));
  const cv::Mat pixels = view_of(gray);
  cv::Scalar mean, deviation;
  cv::meanStdDev(pixels, mean, deviation);
  PictureProperties properties{mean[0], deviation[0], 0};
  cv::Mat edges;
  cv::Laplacian(pixels, edges, CV_32F);
  cv::meanStdDev(edges, mean, deviation);
  properties.sharpness = deviation[0];
  return properties;
}

std::vector<Box> component_boxes(const Image& mask) {
  const Image flags = non_zero(mask);
  cv::Mat labels, stats, centroids;
  const int count = cv::connectedComponentsWithStats(view_of(flags), labels, stats, centroids, 8);
  std::vector<Box> boxes;
  for (int i = 1; i < count; ++i) {
    boxes.push_back({static_cast<double>(stats.at<int>(i, cv::CC_STAT_LEFT)),
                     static_cast<double>(stats.at<int>(i, cv::CC_STAT_TOP)),
                     static_cast<double>(stats.at<int>(i, cv::CC_STAT_WIDTH)),
                     static_cast<double>(stats.at<int>(i, cv::CC_STAT_HEIGHT))});
  }
  return boxes;
}

}  // namespace lineguard::imaging
