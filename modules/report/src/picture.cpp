#include <algorithm>
#include <cmath>

#include <lineguard/imaging/depth_window.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/imaging/transform.h>
#include <lineguard/report/picture.h>

namespace lineguard::report {
namespace {

Size within(Size size, int max_side_px) {
  const int longer = std::max(size.width_px, size.height_px);
  if (longer <= max_side_px) return size;
  const auto scaled = [&](int side) {
    return std::max(1, static_cast<int>(std::lround(static_cast<double>(side) * max_side_px / longer)));
  };
  return {scaled(size.width_px), scaled(size.height_px)};
}

}  // namespace

Result<Picture> thumbnail(const Image& image, int max_side_px, std::string_view alt, std::string_view caption,
                          std::string_view note) {
  Picture picture;
  picture.size = within(image.size(), max_side_px);
  const Image shown = imaging::for_display(imaging::resize(image, picture.size));
  LINEGUARD_ASSIGN(picture.jpeg, imaging::encode_jpeg(shown, 85));
  picture.alt = alt;
  picture.caption = caption;
  picture.note = note;
  return picture;
}

}  // namespace lineguard::report
