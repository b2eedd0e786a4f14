#include "picture_facts.h"

#include <algorithm>
#include <cmath>

#include <lineguard/imaging/decode.h>

namespace lineguard::detector {
namespace {

constexpr std::size_t kMostPictures = 20;
constexpr double kTail = 0.001, kMargin = 0.1;

// Every value's number of pixels.
class ValueCounts {
 public:
  void add(const Image& image) {
    for (int y = 0; y < image.height_px(); ++y) {
      for (const std::uint16_t value : image.row_u16(y)) ++counts_[value];
    }
    total_ += static_cast<double>(image.height_px()) * image.width_px() * image.channels();
  }
  // The value that a share of all pixels lies below.
  double quantile(double share) const {
    double below = 0;
    for (std::size_t value = 0; value < counts_.size(); ++value) {
      below += static_cast<double>(counts_[value]);
      if (below >= share * total_) return static_cast<double>(value);
    }
    return static_cast<double>(counts_.size() - 1);
  }
  bool empty() const { return total_ == 0; }

 private:
  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(65'536);
  double total_ = 0;
};

imaging::DepthWindow window_of(const ValueCounts& counts) {
  const double low = counts.quantile(kTail), high = std::max(low + 1, counts.quantile(1 - kTail));
  const double margin = kMargin * (high - low);
  const auto clamped = [](double value) {
    return static_cast<std::uint16_t>(std::lround(std::clamp(value, 0.0, 65'535.0)));
  };
  imaging::DepthWindow window{clamped(low - margin), clamped(high + margin)};
  if (window.high <= window.low) window.high = static_cast<std::uint16_t>(window.low + 1);
  return window;
}

}  // namespace

PictureFacts look_at(const std::vector<std::filesystem::path>& files) {
  PictureFacts facts;
  ValueCounts counts;
  const std::size_t shown = std::min(files.size(), kMostPictures);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto image = imaging::decode_file(files[i * files.size() / shown]);
    if (!image) continue;
    facts.longest_side_px = std::max({facts.longest_side_px, image->width_px(), image->height_px()});
    if (image->depth() == PixelDepth::u16) counts.add(*image);
  }
  if (!counts.empty()) facts.window = window_of(counts);
  return facts;
}

}  // namespace lineguard::detector
