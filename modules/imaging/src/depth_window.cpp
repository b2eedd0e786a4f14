#include <algorithm>
#include <cmath>

#include <lineguard/imaging/depth_window.h>

namespace lineguard::imaging {
namespace {

constexpr double kTail = 0.001, kMargin = 0.1;

}  // namespace

void ValueCounts::add(const Image& image) {
  for (int y = 0; y < image.height_px(); ++y) {
    for (const std::uint16_t value : image.row_u16(y)) ++counts_[value];
  }
  total_ += static_cast<double>(image.height_px()) * image.width_px() * image.channels();
}

double ValueCounts::quantile(double share) const {
  double below = 0;
  for (std::size_t value = 0; value < counts_.size(); ++value) {
    below += static_cast<double>(counts_[value]);
    if (below >= share * total_) return static_cast<double>(value);
  }
  return static_cast<double>(counts_.size() - 1);
}

DepthWindow window_of(const ValueCounts& counts) {
  const double low = counts.quantile(kTail), high = std::max(low + 1, counts.quantile(1 - kTail));
  const double margin = kMargin * (high - low);
  const auto clamped = [](double value) {
    return static_cast<std::uint16_t>(std::lround(std::clamp(value, 0.0, 65'535.0)));
  };
  DepthWindow window{clamped(low - margin), clamped(high + margin)};
  if (window.high <= window.low) {  // all values are the highest one
    window.low = 65'534;
    window.high = 65'535;
  }
  return window;
}

Image for_display(const Image& image) {
  if (image.depth() == PixelDepth::u8 || image.empty()) return image;
  ValueCounts counts;
  counts.add(image);
  return to_8_bit(image, window_of(counts));
}

}  // namespace lineguard::imaging
