// Painting what an outline encloses.
#pragma once

#include <span>

#include <lineguard/core/image.h>
#include <lineguard/core/types.h>

namespace lineguard::imaging {
// Sets the pixels of `mask` (8 bits, one channel) that the closed outline encloses, its edge among them, to 255; the
// rest stays. Points are in pixels of a picture in which the mask begins at `origin`, rounded; what lies outside is
// left out, and so is an outline with a point that is not finite. Thread-safe for different masks.
void fill_outline(Image& mask, std::span<const Point> outline, Point origin = {});
}  // namespace lineguard::imaging
