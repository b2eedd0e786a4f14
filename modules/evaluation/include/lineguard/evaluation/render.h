// A prediction drawn over its picture, the same in reports and in `inspect --overlay`.
#pragma once

#include <lineguard/core/image.h>
#include <lineguard/core/types.h>
#include <lineguard/imaging/overlay.h>

namespace lineguard::evaluation {

// Heat colours rise around the pixel threshold: transparent a quarter below it, full red a quarter above. Boxes and
// outlines of the regions on top, `truth` in green. The map is left out where the prediction has none. With a side of
// `longest_px` (0: as it is) everything is shrunk before it is drawn, so that lines keep their width.
Image render_overlay(const Image& image, const Prediction& prediction, double pixel_threshold,
                     imaging::Outlines truth = {}, int longest_px = 0);

}  // namespace lineguard::evaluation
