#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <lineguard/features/alignment.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/transform.h>
#include <lineguard/stats/quantile.h>

namespace lineguard::features {
namespace {

constexpr int kSide = 256;
constexpr double kClearPeak = 0.08;  // of 1 for a picture that was only moved

cv::Mat as_float(const Image& gray) {
  const cv::Mat bytes(gray.height_px(), gray.width_px(), CV_8U, const_cast<std::byte*>(gray.bytes().data()),
                      gray.row_bytes());
  cv::Mat values;
  bytes.convertTo(values, CV_32F);
  return values;
}

// out(x, y) = in(x + dx, y + dy), the border repeated.
template <typename Copy>
void move(Size size, const Point& shift, Copy copy) {
  const int dx = static_cast<int>(std::lround(shift.x)), dy = static_cast<int>(std::lround(shift.y));
  for (int y = 0; y < size.height_px; ++y) {
    const int from_y = std::clamp(y + dy, 0, size.height_px - 1);
    for (int x = 0; x < size.width_px; ++x) copy(x, y, std::clamp(x + dx, 0, size.width_px - 1), from_y);
  }
}

}  // namespace

Image alignment_reference(const Image& image, imaging::DepthWindow window) {
  return imaging::to_gray(imaging::resize(imaging::to_8_bit(image, window), {kSide, kSide}));
}

Result<Image> choose_reference(const std::vector<std::filesystem::path>& files, imaging::DepthWindow window) {
  constexpr std::size_t kMost = 200;
  LINEGUARD_ASSIGN(const Image first, imaging::decode_file(files.front()));
  imaging::Preprocessing preprocessing;
  preprocessing.window = window;
  preprocessing.align_shift = 0.5;  // wherever it lies
  preprocessing.alignment_reference = std::make_shared<const Image>(alignment_reference(first, window));
  std::vector<std::pair<Point, const std::filesystem::path*>> found;
  const std::size_t wanted = std::min(files.size(), kMost);
  for (std::size_t i = 0; i < wanted; ++i) {
    const auto& file = files[i * files.size() / wanted];
    LINEGUARD_ASSIGN(const Image image, imaging::decode_file(file));
    // As shares of the picture: sizes may differ.
    if (const auto shift = find_shift(image, preprocessing))
      found.emplace_back(Point{shift->x / image.width_px(), shift->y / image.height_px()}, &file);
  }
  if (found.empty()) return *preprocessing.alignment_reference;
  std::vector<double> x, y;
  for (const auto& [shift, file] : found) {
    x.push_back(shift.x);
    y.push_back(shift.y);
  }
  const Point middle{stats::median(std::move(x)), stats::median(std::move(y))};
  const auto nearest = std::ranges::min_element(
      found, {}, [&](const auto& one) { return std::hypot(one.first.x - middle.x, one.first.y - middle.y); });
  LINEGUARD_ASSIGN(const Image image, imaging::decode_file(*nearest->second));
  return alignment_reference(image, window);
}

Result<Point> find_shift(const Image& image, const imaging::Preprocessing& preprocessing) {
  cv::Mat window;
  cv::createHanningWindow(window, {kSide, kSide}, CV_32F);
  double peak = 0;
  const Image shrunk = alignment_reference(image, preprocessing.window);
  const cv::Point2d found =
      cv::phaseCorrelate(as_float(*preprocessing.alignment_reference), as_float(shrunk), window, &peak);
  if (!(peak >= kClearPeak)) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("the part cannot be aligned: nothing in the picture fits the reference (peak {:.3f}, "
                                  "at least {} is needed)",
                                  peak, kClearPeak));
  }
  const double most = preprocessing.align_shift * kSide;
  if (std::abs(found.x) > most || std::abs(found.y) > most) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("the part cannot be aligned: it lies {:+.1f} % and {:+.1f} % of the picture off, at "
                                  "most {:g} % are allowed (preprocessing.align_shift of the training)",
                                  100 * found.x / kSide, 100 * found.y / kSide, 100 * preprocessing.align_shift));
  }
  return Point{found.x * image.width_px() / kSide, found.y * image.height_px() / kSide};
}

Image aligned_to_reference(const Image& image, const Point& shift) {
  Image out(image.size(), image.channels(), image.depth());
  const std::size_t pixel = image.row_bytes() / static_cast<std::size_t>(image.width_px());
  const auto from = image.bytes();
  const auto to = out.bytes();
  move(image.size(), shift, [&](int x, int y, int from_x, int from_y) {
    const auto at = [&](int column, int row) {
      return static_cast<std::size_t>(row) * image.row_bytes() + static_cast<std::size_t>(column) * pixel;
    };
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(at(from_x, from_y)), pixel,
                to.begin() + static_cast<std::ptrdiff_t>(at(x, y)));
  });
  return out;
}

FloatMap undo_alignment(const FloatMap& map, const Point& shift) {
  FloatMap out{map.size, std::vector<float>(map.values.size())};
  move(map.size, {-shift.x, -shift.y}, [&](int x, int y, int from_x, int from_y) {
    out.values[static_cast<std::size_t>(y) * map.size.width_px + x] = map.at(from_x, from_y);
  });
  return out;
}

Region undo_alignment(Region region, const Point& shift, Size picture) {
  const double width = picture.width_px, height = picture.height_px;
  Box& box = region.box;
  box.x = std::clamp(box.x + std::round(shift.x), 0.0, width - 1);
  box.y = std::clamp(box.y + std::round(shift.y), 0.0, height - 1);
  box.width = std::min(box.width, width - box.x);
  box.height = std::min(box.height, height - box.y);
  for (Point& corner : region.polygon) {
    corner = {std::clamp(corner.x + std::round(shift.x), 0.0, width),
              std::clamp(corner.y + std::round(shift.y), 0.0, height)};
  }
  return region;
}

}  // namespace lineguard::features
