#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>
#include <opencv2/imgproc.hpp>

#include <lineguard/stats/pixel_curve.h>

namespace lineguard::stats {
namespace {

constexpr int kKeptBits = 19;  // sign, 8 of exponent, 10 of mantissa
constexpr std::size_t kBins = std::size_t{1} << kKeptBits;

// Positive floats are ordered as their bits are, negative ones the other way round.
std::size_t bin_of(float score) {
  const auto bits = std::bit_cast<std::uint32_t>(score);
  const std::uint32_t ordered = (bits & 0x80000000u) ? ~bits : (bits | 0x80000000u);
  return ordered >> (32 - kKeptBits);
}

// Region number of every pixel, 0 outside; and each region's area, [0] unused.
struct Regions {
  cv::Mat1i labels;
  std::vector<std::uint32_t> areas;
};

Regions regions_of(std::span<const std::uint8_t> mask, Size size) {
  const cv::Mat1b view(size.height_px, size.width_px, const_cast<std::uint8_t*>(mask.data()));
  Regions regions;
  const int count = cv::connectedComponents(view, regions.labels, 8, CV_32S);
  regions.areas.assign(static_cast<std::size_t>(count), 0);
  for (const int label : regions.labels) ++regions.areas[static_cast<std::size_t>(label)];
  return regions;
}

Result<void> check_input(const FloatMap& map, std::span<const std::uint8_t> mask) {
  if (!mask.empty() && mask.size() != map.values.size()) {
    return make_error(ErrorCode::invalid_argument, fmt::format("the mask has {} pixels, the map {} x {}", mask.size(),
                                                               map.size.width_px, map.size.height_px));
  }
  if (!std::ranges::all_of(map.values, [](float value) { return std::isfinite(value); }))
    return make_error(ErrorCode::invalid_argument, "the map has values that are not finite");
  return {};
}

}  // namespace

PixelCurve::PixelCurve() : good_(kBins), defective_(kBins), overlap_(kBins) {}

Result<void> PixelCurve::add(const FloatMap& map, std::span<const std::uint8_t> mask) {
  LINEGUARD_TRY(check_input(map, mask));
  if (mask.empty()) {
    for (const float value : map.values) ++good_[bin_of(value)];
    good_pixels_ += map.values.size();
    return {};
  }
  const Regions regions = regions_of(mask, map.size);
  const int* label = regions.labels.ptr<int>();
  for (std::size_t i = 0; i < map.values.size(); ++i) {
    const std::size_t bin = bin_of(map.values[i]);
    if (label[i] == 0) {
      ++good_[bin];
      ++good_pixels_;
    } else {
      ++defective_[bin];
      ++defective_pixels_;
      overlap_[bin] += 1.0 / regions.areas[static_cast<std::size_t>(label[i])];
    }
  }
  regions_ += regions.areas.size() - 1;
  return {};
}

std::optional<double> PixelCurve::auroc() const {
  if (good_pixels_ == 0 || defective_pixels_ == 0) return std::nullopt;
  double below = 0, pairs = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    pairs += static_cast<double>(defective_[bin]) * (below + 0.5 * static_cast<double>(good_[bin]));
    below += static_cast<double>(good_[bin]);
  }
  return pairs / static_cast<double>(good_pixels_) / static_cast<double>(defective_pixels_);
}

std::optional<double> PixelCurve::aupro(double max_fpr) const {
  if (good_pixels_ == 0 || regions_ == 0) return std::nullopt;
  double area = 0, fpr = 0, pro = 0;
  for (std::size_t bin = kBins; bin-- > 0 && fpr < max_fpr;) {
    const double next_fpr = fpr + static_cast<double>(good_[bin]) / static_cast<double>(good_pixels_);
    const double next_pro = pro + overlap_[bin] / static_cast<double>(regions_);
    // The last step is cut at max_fpr, on the line between its ends.
    const double end = std::min(next_fpr, max_fpr);
    const double share = next_fpr > fpr ? (end - fpr) / (next_fpr - fpr) : 1;
    area += (end - fpr) * (pro + share * (next_pro - pro) / 2);  // trapezoid
    fpr = next_fpr;
    pro = next_pro;
  }
  return area / max_fpr;
}

}  // namespace lineguard::stats
