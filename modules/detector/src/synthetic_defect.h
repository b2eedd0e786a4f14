// Defects drawn into good pictures: for golden pictures and for choosing settings where no real defect is at hand.
#pragma once

#include <cstdint>

#include <lineguard/core/image.h>

namespace lineguard::detector {

enum class SyntheticDefect { scratch, blob };

// A copy of `image` with one defect at a random place, darker or brighter than its surroundings by about a third of the
// range. Deterministic for a seed.
Image draw_synthetic_defect(const Image& image, SyntheticDefect kind, std::uint64_t seed);

}  // namespace lineguard::detector
