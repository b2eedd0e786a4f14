#include "area.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace lineguard::imaging {
namespace {

// What each pixel of the result takes from a row or column of the source: shares of `taps` neighbours, from its first
// one on. A pixel that takes from fewer has shares of zero.
struct Coverage {
  std::size_t count = 0, taps = 0;
  std::vector<std::int32_t> first;  // count
  std::vector<float> shares;        // taps * count, tap by tap; those of a pixel sum to 1

  float share(std::size_t tap, std::size_t pixel) const { return shares[tap * count + pixel]; }
};

Coverage cover(int from, int to) {
  constexpr double kNothing = 1e-6;  // what rounding leaves of a pixel that ends where the next begins
  const double step = static_cast<double>(from) / to;
  Coverage coverage;
  coverage.count = static_cast<std::size_t>(to);
  for (int i = 0; i < to; ++i) {
    coverage.first.push_back(static_cast<std::int32_t>(i * step + kNothing));
    const double beyond = std::ceil((i + 1) * step - kNothing);
    coverage.taps =
        std::max(coverage.taps, static_cast<std::size_t>(beyond) - static_cast<std::size_t>(coverage.first[i]));
  }
  for (std::size_t tap = 0; tap < coverage.taps; ++tap) {
    for (int i = 0; i < to; ++i) {
      const double pixel = coverage.first[i] + static_cast<double>(tap);
      const double covered = std::min((i + 1) * step, pixel + 1) - std::max(i * step, pixel);
      coverage.shares.push_back(covered > kNothing ? static_cast<float>(covered / step) : 0);
    }
  }
  return coverage;
}

// The rows that row `y` of the result covers, summed up by their shares.
template <typename Level>
void sum_rows(const Level* pixels, std::size_t length, const Coverage& rows, std::size_t y, std::span<float> sums) {
  std::ranges::fill(sums, 0.0F);
  for (std::size_t tap = 0; tap < rows.taps; ++tap) {
    const float share = rows.share(tap, y);
    if (share == 0) continue;  // it may lie outside
    const Level* row = pixels + (static_cast<std::size_t>(rows.first[y]) + tap) * length;
    for (std::size_t x = 0; x < length; ++x) sums[x] += share * static_cast<float>(row[x]);
  }
}

constexpr float kHalf = 0.5F;  // sums begin with it, so that cutting them off rounds

// Shares add up to 1 but for float's rounding: white stays white.
template <typename Level>
Level level_of(float sum) {
  return static_cast<Level>(std::min(sum, static_cast<float>(std::numeric_limits<Level>::max())));
}

template <typename Level>
void sum_gray_columns(std::span<const float> sums, const Coverage& columns, std::span<float> levels, Level* out) {
  std::ranges::fill(levels, kHalf);
  const std::int32_t* first = columns.first.data();
  for (std::size_t tap = 0; tap < columns.taps; ++tap) {
    const float* at = sums.data() + tap;
    const float* shares = columns.shares.data() + tap * columns.count;
    for (std::size_t x = 0; x < columns.count; ++x) levels[x] += shares[x] * at[first[x]];
  }
  for (std::size_t x = 0; x < columns.count; ++x) out[x] = level_of<Level>(levels[x]);
}

// Four sums a pixel, of which the last is read by nobody: the compiler makes one instruction of them.
template <typename Level>
void sum_colour_columns(std::span<const float> sums, const Coverage& columns, Level* out) {
  for (std::size_t x = 0; x < columns.count; ++x) {
    std::array<float, 4> pixel{kHalf, kHalf, kHalf, kHalf};
    const float* at = sums.data() + static_cast<std::size_t>(columns.first[x]) * 3;
    for (std::size_t tap = 0; tap < columns.taps; ++tap, at += 3) {
      const float share = columns.share(tap, x);
      for (std::size_t lane = 0; lane < 4; ++lane) pixel[lane] += share * at[lane];
    }
    for (std::size_t channel = 0; channel < 3; ++channel) *out++ = level_of<Level>(pixel[channel]);
  }
}

template <typename Level>
Image shrink(const Image& image, Size size) {
  const Coverage rows = cover(image.height_px(), size.height_px), columns = cover(image.width_px(), size.width_px);
  Image small(size, image.channels(), image.depth());
  const auto channels = static_cast<std::size_t>(image.channels());
  const std::size_t length = static_cast<std::size_t>(image.width_px()) * channels;
  std::vector<float> sums(length + (columns.taps + 1) * channels);  // the last pixel's taps may lie beyond the row
  std::vector<float> levels(columns.count);
  const auto* pixels = reinterpret_cast<const Level*>(image.bytes().data());
  auto* out = reinterpret_cast<Level*>(small.bytes().data());
  for (std::size_t y = 0; y < rows.count; ++y, out += columns.count * channels) {
    sum_rows(pixels, length, rows, y, std::span(sums).first(length));
    channels == 1 ? sum_gray_columns(std::span<const float>(sums), columns, levels, out)
                  : sum_colour_columns(std::span<const float>(sums), columns, out);
  }
  return small;
}

}  // namespace

Image shrink_by_area(const Image& image, Size size) {
  return image.depth() == PixelDepth::u8 ? shrink<std::uint8_t>(image, size) : shrink<std::uint16_t>(image, size);
}

}  // namespace lineguard::imaging
