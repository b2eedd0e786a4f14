#pragma once

#include <opencv2/core.hpp>

#include <lineguard/core/image.h>

namespace lineguard::imaging {
// A header over the image's own pixels: nothing is copied, writing through it writes the image.
cv::Mat view_of(const Image& image);
}  // namespace lineguard::imaging
