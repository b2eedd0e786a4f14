// Defects drawn into good pictures: for golden pictures and for choosing settings where no real defect is at hand.
#pragma once

#include <cstdint>

#include <lineguard/core/image.h>

namespace lineguard::detector {

enum class SyntheticDefect { scratch, blob };

// A copy of `image` with one defect at a random place, darker or brighter than its surroundings by `strength` of the
// range. Deterministic for a seed. The other form gives its place too: 255 on `mask`, which has the picture's size.
Image draw_synthetic_defect(const Image& image, SyntheticDefect kind, std::uint64_t seed, double strength = 0.33);
Image draw_synthetic_defect(const Image& image, SyntheticDefect kind, std::uint64_t seed, double strength, Image& mask);

}  // namespace lineguard::detector
