// Pixel AUROC and AUPRO over any number of maps in bounded memory (12 MB): every pixel goes into a histogram whose bins
// are the leading 19 bits of the score's float representation, in order. Scores closer than one part in 1024 may share
// a bin and then count as tied; no range has to be known beforehand.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>

namespace lineguard::stats {

// Not thread-safe.
class PixelCurve {
 public:
  PixelCurve();

  // `mask` is empty for a good picture, else one byte a pixel of `map`, non-zero where defective. Pixels outside masks
  // count as good, also those of defective pictures. Every 8-connected region of a mask weighs the same in AUPRO.
  // Errors: invalid_argument where the mask's size differs or a map value is not finite; then nothing was added.
  Result<void> add(const FloatMap& map, std::span<const std::uint8_t> mask);

  std::uint64_t good_pixels() const { return good_pixels_; }
  std::size_t regions() const { return regions_; }

  // Empty while there are no good or no defective pixels.
  std::optional<double> auroc() const;
  // Mean share of each region above the threshold (per-region overlap), integrated over the false positive rate of
  // pixels from 0 to max_fpr and divided by max_fpr (Bergmann et al., IJCV 2021).
  std::optional<double> aupro(double max_fpr = 0.3) const;

 private:
  std::vector<std::uint64_t> good_;
  std::vector<std::uint64_t> defective_;
  std::vector<double> overlap_;  // each region's pixels weigh 1 / its area
  std::uint64_t good_pixels_ = 0, defective_pixels_ = 0;
  std::size_t regions_ = 0;
};

}  // namespace lineguard::stats
