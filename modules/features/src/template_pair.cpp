#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <lineguard/features/alignment.h>
#include <lineguard/features/template_pair.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::features {
namespace {

constexpr int kReachPx = 2;

cv::Mat view_of(const Image& image) {
  return cv::Mat(image.height_px(), image.width_px(), CV_8UC(image.channels()),
                 const_cast<std::byte*>(image.bytes().data()), image.row_bytes());
}

}  // namespace

Result<Image> pair_up(const Image& picture, const Image& defect_free_template, imaging::DepthWindow window) {
  if (picture.size() != defect_free_template.size()) {
    return make_error(
        ErrorCode::invalid_argument,
        fmt::format("the template is {} x {} pixels, its picture {} x {}", defect_free_template.width_px(),
                    defect_free_template.height_px(), picture.width_px(), picture.height_px()));
  }
  const Image gray = imaging::to_gray(imaging::to_8_bit(picture, window));
  const Image twin = imaging::to_gray(imaging::to_8_bit(defect_free_template, window));
  const cv::Mat kernel = cv::getStructuringElement(cv::MORPH_RECT, {2 * kReachPx + 1, 2 * kReachPx + 1});
  cv::Mat lowest, highest, above, below, difference;
  cv::erode(view_of(twin), lowest, kernel);
  cv::dilate(view_of(twin), highest, kernel);
  cv::subtract(view_of(gray), highest, above);  // both saturate at 0
  cv::subtract(lowest, view_of(gray), below);
  cv::max(above, below, difference);
  Image pair(picture.size(), 3);
  cv::Mat out = view_of(pair);
  cv::merge(std::vector<cv::Mat>{view_of(gray), view_of(twin), difference}, out);
  return pair;
}

Result<Image> read_picture(const std::filesystem::path& file, const std::optional<std::filesystem::path>& twin,
                           const imaging::Preprocessing& preprocessing) {
  LINEGUARD_ASSIGN(Image picture, imaging::decode_file(file));
  if (preprocessing.alignment_reference) {
    const auto shift = find_shift(picture, preprocessing);
    if (!shift) return shift.error().in(file.string());
    return aligned_to_reference(picture, *shift);
  }
  if (!preprocessing.needs_template) return picture;
  if (!twin) return make_error(ErrorCode::no_template, file.string() + ": has no template, and the model needs one");
  LINEGUARD_ASSIGN(const Image defect_free, imaging::decode_file(*twin));
  auto pair = pair_up(picture, defect_free, preprocessing.window);
  if (!pair) return make_error(ErrorCode::corrupt_data, file.string() + ": " + pair.error().message);
  return pair;
}

}  // namespace lineguard::features
