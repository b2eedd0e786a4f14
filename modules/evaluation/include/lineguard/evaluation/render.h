// A prediction drawn over its picture, the same in reports and in `inspect --overlay`.
#pragma once

#include <lineguard/core/image.h>
#include <lineguard/core/types.h>
#include <lineguard/imaging/overlay.h>

namespace lineguard::evaluation {

// Heat colours rise around the pixel threshold: transparent a quarter below it, full a quarter above. Boxes and
// outlines of the regions on top, `truth` in green. The map is left out where the prediction has none.
Image render_overlay(const Image& image, const Prediction& prediction, double pixel_threshold,
                     imaging::Outlines truth = {});

}  // namespace lineguard::evaluation
