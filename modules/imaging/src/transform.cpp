#include "area.h"
#include "opencv_view.h"

#include <algorithm>
#include <cmath>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <lineguard/core/check.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::imaging {
namespace {

// One thread a call: results do not depend on the machine, and callers bring their own threads.
const bool kOneThread = [] {
  cv::setNumThreads(1);
  return true;
}();

}  // namespace

cv::Mat view_of(const Image& image) {
  const int depth = image.depth() == PixelDepth::u8 ? CV_8U : CV_16U;
  auto* bytes = const_cast<std::byte*>(image.bytes().data());
  return cv::Mat(image.height_px(), image.width_px(), CV_MAKETYPE(depth, image.channels()), bytes, image.row_bytes());
}

Size size_within(Size size, int longest_px) {
  const double factor = std::min(1.0, static_cast<double>(longest_px) / std::max(size.width_px, size.height_px));
  const auto scaled = [&](int px) { return std::max(1, static_cast<int>(std::lround(px * factor))); };
  return {scaled(size.width_px), scaled(size.height_px)};
}

Image resize(const Image& image, Size size, Interpolation interpolation) {
  LINEGUARD_CHECK(kOneThread && !image.empty() && size.width_px >= 1 && size.height_px >= 1, "resize of a picture");
  if (size == image.size()) return image;
  // Areas where the picture grows would repeat pixels: linear looks better there.
  const bool shrinks = size.width_px <= image.width_px() && size.height_px <= image.height_px();
  const bool by_area = interpolation == Interpolation::area && shrinks;
  const bool halves = size.width_px * 2 == image.width_px() && size.height_px * 2 == image.height_px();
  if (by_area && !halves) return shrink_by_area(image, size);  // at halving OpenCV is faster
  Image resized(size, image.channels(), image.depth());
  cv::Mat out = view_of(resized);
  cv::resize(view_of(image), out, {size.width_px, size.height_px}, 0, 0, by_area ? cv::INTER_AREA : cv::INTER_LINEAR);
  return resized;
}

FloatMap resize_map(const FloatMap& map, Size size) {
  LINEGUARD_CHECK(!map.values.empty() && size.width_px >= 1 && size.height_px >= 1, "resize of a map");
  if (size == map.size) return map;
  FloatMap resized{size, std::vector<float>(static_cast<std::size_t>(size.width_px) * size.height_px)};
  const cv::Mat in(map.size.height_px, map.size.width_px, CV_32F, const_cast<float*>(map.values.data()));
  cv::Mat out(size.height_px, size.width_px, CV_32F, resized.values.data());
  cv::resize(in, out, {size.width_px, size.height_px}, 0, 0, cv::INTER_LINEAR);
  return resized;
}

Image crop(const Image& image, int x, int y, Size size) {
  LINEGUARD_CHECK(x >= 0 && y >= 0 && x + size.width_px <= image.width_px() && y + size.height_px <= image.height_px(),
                  "a crop lies inside its picture");
  Image part(size, image.channels(), image.depth());
  cv::Mat out = view_of(part);
  view_of(image)(cv::Rect(x, y, size.width_px, size.height_px)).copyTo(out);
  return part;
}

Image to_rgb(const Image& image) {
  if (image.channels() == 3) return image;
  Image rgb(image.size(), 3, image.depth());
  cv::Mat out = view_of(rgb);
  cv::cvtColor(view_of(image), out, cv::COLOR_GRAY2RGB);
  return rgb;
}

Image to_gray(const Image& image) {
  if (image.channels() == 1) return image;
  Image gray(image.size(), 1, image.depth());
  cv::Mat out = view_of(gray);
  cv::cvtColor(view_of(image), out, cv::COLOR_RGB2GRAY);
  return gray;
}

Image non_zero(const Image& mask) {
  Image flags(mask.size(), 1);
  const std::size_t pixel_bytes = mask.row_bytes() / static_cast<std::size_t>(mask.width_px());
  const auto from = mask.bytes();
  const auto to = flags.bytes();
  for (std::size_t i = 0; i < to.size(); ++i) {
    const auto pixel = from.subspan(i * pixel_bytes, pixel_bytes);
    if (std::ranges::any_of(pixel, [](std::byte byte) { return byte != std::byte{0}; })) to[i] = std::byte{255};
  }
  return flags;
}

Image to_8_bit(const Image& image, DepthWindow window) {
  LINEGUARD_CHECK(window.high > window.low, "a depth window is not empty");
  if (image.depth() == PixelDepth::u8) return image;
  Image narrow(image.size(), image.channels());
  cv::Mat out = view_of(narrow);
  const double factor = 255.0 / (window.high - window.low);
  view_of(image).convertTo(out, CV_8U, factor, -factor * window.low);
  return narrow;
}

double mean_brightness(const Image& image) {
  const cv::Scalar means = cv::mean(view_of(image));
  double sum = 0;
  for (int channel = 0; channel < image.channels(); ++channel) sum += means[channel];
  return sum / image.channels() / (image.depth() == PixelDepth::u16 ? 257.0 : 1.0);
}

}  // namespace lineguard::imaging
