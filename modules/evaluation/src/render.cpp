#include <cmath>
#include <utility>

#include <lineguard/evaluation/render.h>

namespace lineguard::evaluation {

Image render_overlay(const Image& image, const Prediction& prediction, double pixel_threshold,
                     imaging::Outlines truth) {
  const double margin = pixel_threshold == 0 ? 0.5 : std::abs(pixel_threshold) / 4;
  imaging::OverlayStyle style;
  style.truth = std::move(truth);
  style.map_low = pixel_threshold - margin;
  style.map_high = pixel_threshold + margin;
  const bool fits = prediction.map && prediction.map->size == image.size();
  return imaging::draw_overlay(image, fits ? &*prediction.map : nullptr, prediction.regions, style);
}

}  // namespace lineguard::evaluation
