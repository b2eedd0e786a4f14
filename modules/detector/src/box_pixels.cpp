#include <algorithm>
#include <array>

#include <lineguard/detector/box_classifier.h>
#include <lineguard/detector/box_pixels.h>

namespace lineguard::detector {
using namespace features;
namespace {

// Two neighbours of a position along one axis with their weights; none beyond the border.
struct Between {
  std::array<std::size_t, 2> at{};
  std::array<float, 2> weight{};
};

// `from` and `length` in fractions of the side.
std::vector<Between> sample_axis(double from, double length, int side_px) {
  std::vector<Between> samples;
  for (int i = 0; i < BoxClassifier::kSide; ++i) {
    const double position = (from + (i + 0.5) * length / BoxClassifier::kSide) * side_px - 0.5;
    Between sample;
    if (position >= -1 && position <= side_px) {
      const double inside = std::clamp<double>(position, 0, side_px - 1);
      const auto low = static_cast<std::size_t>(inside);
      const auto share = static_cast<float>(inside - static_cast<double>(low));
      sample = {{low, std::min(low + 1, static_cast<std::size_t>(side_px - 1))}, {1 - share, share}};
    }
    samples.push_back(sample);
  }
  return samples;
}

}  // namespace

std::vector<float> box_pixels(const std::vector<std::uint8_t>& tile, int side_px, const Box& box) {
  const double width = box.width * kBoxMargin, height = box.height * kBoxMargin;
  const auto columns = sample_axis(box.x + (box.width - width) / 2, width, side_px);
  const auto rows = sample_axis(box.y + (box.height - height) / 2, height, side_px);
  constexpr std::size_t kChannels = BoxClassifier::kChannels;
  std::vector<float> seen;
  for (const Between& row : rows) {
    for (const Between& column : columns) {
      for (std::size_t channel = 0; channel < kChannels; ++channel) {
        float value = 0;
        for (std::size_t i = 0; i < 4; ++i) {
          const std::size_t pixel = row.at[i / 2] * static_cast<std::size_t>(side_px) + column.at[i % 2];
          value += row.weight[i / 2] * column.weight[i % 2] * static_cast<float>(tile[kChannels * pixel + channel]);
        }
        seen.push_back(value / 128 - 1);
      }
    }
  }
  return seen;
}

}  // namespace lineguard::detector
