#include <cmath>

#include <lineguard/evaluation/render.h>
#include <lineguard/imaging/overlay.h>

namespace lineguard::evaluation {

Image render_overlay(const Image& image, const Prediction& prediction, double pixel_threshold) {
  const double half = pixel_threshold == 0 ? 0.5 : std::abs(pixel_threshold) / 2;
  imaging::OverlayStyle style;
  style.map_low = pixel_threshold - half;
  style.map_high = pixel_threshold + half;
  const bool fits = prediction.map && prediction.map->size == image.size();
  return imaging::draw_overlay(image, fits ? &*prediction.map : nullptr, prediction.regions, style);
}

}  // namespace lineguard::evaluation
