#include <algorithm>
#include <cmath>

#include <lineguard/detector/random_choice.h>
#include <lineguard/detector/synthetic_defect.h>

namespace lineguard::detector {
namespace {

// Distance of a point to a segment from the origin with the given direction and length, all in pixels.
double distance_to_segment(double x, double y, double direction_x, double direction_y, double length) {
  const double along = std::clamp(x * direction_x + y * direction_y, -length / 2, length / 2);
  return std::hypot(x - along * direction_x, y - along * direction_y);
}

template <typename Sample>
void shift(Sample& sample, double by, double full) {
  sample = static_cast<Sample>(std::clamp(sample + by, 0.0, full));
}

void shift_pixel(Image& image, int x, int y, double share) {
  for (int channel = 0; channel < image.channels(); ++channel) {
    const auto index = static_cast<std::size_t>(x) * image.channels() + channel;
    if (image.depth() == PixelDepth::u8) {
      shift(image.row_u8(y)[index], share * 255, 255);
    } else {
      shift(image.row_u16(y)[index], share * 65535, 65535);
    }
  }
}

}  // namespace

Image draw_synthetic_defect(const Image& image, SyntheticDefect kind, std::uint64_t seed, double strength) {
  Image mask(image.size(), 1);
  return draw_synthetic_defect(image, kind, seed, strength, mask);
}

Image draw_synthetic_defect(const Image& image, SyntheticDefect kind, std::uint64_t seed, double strength,
                            Image& mask) {
  std::mt19937_64 random(seed);
  const double side = std::min(image.width_px(), image.height_px());
  const double centre_x = between(0.25, 0.75, random) * image.width_px();
  const double centre_y = between(0.25, 0.75, random) * image.height_px();
  const double angle = between(0, 3.14159265358979, random);
  const double length = kind == SyntheticDefect::scratch ? between(0.2, 0.5, random) * side : 0;
  const double radius =
      kind == SyntheticDefect::scratch ? std::max(1.0, 0.01 * side) : between(0.03, 0.07, random) * side;
  const double share = (random() & 1) ? strength : -strength;
  Image drawn = image;
  for (int y = 0; y < image.height_px(); ++y) {
    for (int x = 0; x < image.width_px(); ++x) {
      const double away = distance_to_segment(x - centre_x, y - centre_y, std::cos(angle), std::sin(angle), length);
      if (away >= radius) continue;
      shift_pixel(drawn, x, y, share * std::min(1.0, 2 * (1 - away / radius)));
      mask.row_u8(y)[static_cast<std::size_t>(x)] = 255;
    }
  }
  return drawn;
}

}  // namespace lineguard::detector
