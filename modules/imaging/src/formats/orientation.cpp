#include "../opencv_view.h"
#include "formats.h"

#include <opencv2/core.hpp>

namespace lineguard::imaging {

// TIFF 6.0, tag 274: where row 0 and column 0 of the stored picture lie in the scene.
Image apply_orientation(const Image& image, int orientation) {
  if (orientation == 1) return image;
  const Size size = image.size();
  const bool sides_swap = orientation >= 5;
  Image upright(sides_swap ? Size{size.height_px, size.width_px} : size, image.channels(), image.depth());
  const cv::Mat in = view_of(image);
  cv::Mat out = view_of(upright);  // has the right size: OpenCV allocates nothing of its own
  switch (orientation) {
    case 2:
      cv::flip(in, out, 1);
      break;
    case 3:
      cv::rotate(in, out, cv::ROTATE_180);
      break;
    case 4:
      cv::flip(in, out, 0);
      break;
    case 5:
      cv::transpose(in, out);
      break;
    case 6:
      cv::rotate(in, out, cv::ROTATE_90_CLOCKWISE);
      break;
    case 7:
      cv::transpose(in, out);
      cv::rotate(out, out, cv::ROTATE_180);
      break;
    default:
      cv::rotate(in, out, cv::ROTATE_90_COUNTERCLOCKWISE);
      break;
  }
  return upright;
}

}  // namespace lineguard::imaging
