#include <algorithm>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <lineguard/core/enum_names.h>
#include <lineguard/imaging/lighting.h>

namespace lineguard::imaging {
namespace {

constexpr auto kLightingNames = std::to_array<EnumName<Lighting>>(
    {{Lighting::as_it_is, "as-it-is"}, {Lighting::flat, "flat"}, {Lighting::local_contrast, "local-contrast"}});
static_assert(names_every_value(kLightingNames));

constexpr double kSigmaShare = 1.0 / 8;  // of the longer side
constexpr int kReduction = 8;            // what is blurred that much needs no finer grid
constexpr double kFlatLevel = 110, kLeastLevel = 8;
constexpr double kMiddle = 120, kDeviation = 40, kLeastDeviation = 8;

// The mean of each pixel's surroundings, of a f32 picture.
cv::Mat surroundings(const cv::Mat& picture) {
  const cv::Size small(std::max(1, picture.cols / kReduction), std::max(1, picture.rows / kReduction));
  const double sigma = kSigmaShare * std::max(small.width, small.height);
  cv::Mat mean;
  cv::resize(picture, mean, small, 0, 0, cv::INTER_AREA);
  cv::GaussianBlur(mean, mean, {}, sigma);
  cv::resize(mean, mean, picture.size(), 0, 0, cv::INTER_LINEAR);
  return mean;
}

cv::Mat flattened(const cv::Mat& picture) {
  cv::Mat level, out;
  cv::max(surroundings(picture), kLeastLevel, level);
  cv::divide(picture, level, out, kFlatLevel);
  return out;
}

cv::Mat with_local_contrast(const cv::Mat& picture) {
  const cv::Mat away = picture - surroundings(picture);
  cv::Mat deviation, out;
  cv::sqrt(cv::max(surroundings(away.mul(away)), 0), deviation);
  deviation += cv::Scalar::all(kLeastDeviation);
  cv::divide(away, deviation, out, kDeviation);
  out += cv::Scalar::all(kMiddle);
  return out;
}

}  // namespace

std::string_view to_string(Lighting lighting) {
  return name_of(kLightingNames, lighting);
}

Lighting lighting_from_string(std::string_view text) {
  return value_named(kLightingNames, text).value_or(Lighting::as_it_is);
}

Image even_out(const Image& image, Lighting lighting) {
  if (lighting == Lighting::as_it_is || image.empty()) return image;
  const int type = CV_8UC(image.channels());
  const cv::Mat seen(image.height_px(), image.width_px(), type, const_cast<std::byte*>(image.bytes().data()),
                     image.row_bytes());
  cv::Mat picture;
  seen.convertTo(picture, CV_32F);
  picture = lighting == Lighting::flat ? flattened(picture) : with_local_contrast(picture);
  Image even(image.size(), image.channels());
  cv::Mat out(even.height_px(), even.width_px(), type, even.bytes().data(), even.row_bytes());
  picture.convertTo(out, type);
  return even;
}

}  // namespace lineguard::imaging
