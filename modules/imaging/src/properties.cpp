#include "opencv_view.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <lineguard/core/check.h>
#include <lineguard/imaging/properties.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::imaging {
namespace {

constexpr int kLongestSide = 512;

Image shrunk(const Image& image) {
  const Size size = size_within(image.size(), kLongestSide);
  return size == image.size() ? image : resize(image, size);
}

}  // namespace

PictureProperties measure_properties(const Image& image) {
  const Image small = to_8_bit(shrunk(image), {});
  const Image gray = to_gray(small);
  const cv::Mat pixels = view_of(gray);
  cv::Scalar mean, deviation;
  cv::meanStdDev(pixels, mean, deviation);
  PictureProperties properties;
  properties.brightness = mean[0];
  properties.contrast = deviation[0];
  if (small.channels() == 3) {
    const cv::Scalar colour = cv::mean(view_of(small));
    properties.warmth = colour[0] - colour[2];
  }
  cv::Mat edges;
  cv::Laplacian(pixels, edges, CV_32F);
  cv::meanStdDev(edges, mean, deviation);
  properties.sharpness = deviation[0];
  return properties;
}

Components find_components(const Image& mask) {
  const Image flags = non_zero(mask);
  Components components;
  components.labels.resize(flags.bytes().size());
  cv::Mat labels(flags.height_px(), flags.width_px(), CV_32S, components.labels.data());
  components.count = static_cast<std::size_t>(cv::connectedComponents(view_of(flags), labels, 8, CV_32S)) - 1;
  LINEGUARD_CHECK(labels.ptr<int>() == components.labels.data(), "OpenCV writes into a matrix of the right size");
  return components;
}

std::optional<std::vector<Box>> component_boxes(const Image& mask, std::size_t most) {
  // Without OpenCV's own figures of each part: noise has one for every fourth pixel.
  const Components components = find_components(mask);
  if (components.count > most) return std::nullopt;
  std::vector<cv::Rect> places(components.count);
  auto at = components.labels.begin();
  for (int y = 0; y < mask.height_px(); ++y) {
    for (int x = 0; x < mask.width_px(); ++x) {
      const int label = *at++;
      if (label > 0) places[static_cast<std::size_t>(label) - 1] |= cv::Rect(x, y, 1, 1);
    }
  }
  std::vector<Box> boxes;
  for (const cv::Rect& place : places) {
    boxes.push_back({static_cast<double>(place.x), static_cast<double>(place.y), static_cast<double>(place.width),
                     static_cast<double>(place.height)});
  }
  return boxes;
}

}  // namespace lineguard::imaging
