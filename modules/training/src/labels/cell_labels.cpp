#include "cell_labels.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <lineguard/dataset/mask.h>
#include <lineguard/detector/random_choice.h>
#include <lineguard/imaging/outline.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::training {
namespace {

constexpr int kWellCovered = 85;  // of 255: a third

// The defects of each class in the part of the picture that is shown, painted white.
using Canvases = std::map<int, Image>;

// `origin` is where the canvas begins in the picture; what lies outside of it is left out.
void paint(Image& canvas, Point origin, const dataset::LabelledBox& box) {
  if (box.outlines.empty()) {
    cv::Mat view(canvas.height_px(), canvas.width_px(), CV_8U, const_cast<std::byte*>(canvas.bytes().data()),
                 canvas.row_bytes());
    const auto pixel = [](double at) { return static_cast<int>(std::lround(at)); };
    const int width = std::max(1, pixel(box.box.width)), height = std::max(1, pixel(box.box.height));
    const cv::Rect drawn(pixel(box.box.x - origin.x), pixel(box.box.y - origin.y), width, height);
    cv::rectangle(view, drawn, 255, cv::FILLED);
    return;
  }
  // One after the other: together, what two of them cover would count as outside.
  for (const dataset::Outline& drawn : box.outlines) imaging::fill_outline(canvas, drawn, origin);
}

// Nothing is defective over the edge.
Image part_of(const Image& mask, const PixelRect& area) {
  if (area == PixelRect{0, 0, mask.size()}) return mask;
  Image part(area.size, 1);
  const int left = std::max(0, -area.x), right = std::min(area.size.width_px, mask.width_px() - area.x);
  const int top = std::max(0, -area.y), bottom = std::min(area.size.height_px, mask.height_px() - area.y);
  const auto first = static_cast<std::size_t>(std::max(0, area.x));
  for (int y = top; y < bottom && left < right; ++y) {
    const auto from = mask.row_u8(y + area.y).subspan(first);
    std::copy_n(from.begin(), right - left, part.row_u8(y).begin() + left);
  }
  return part;
}

Result<Image> part_of_mask(const dataset::Sample& sample, const Shown& shown) {
  const std::filesystem::path& file = *sample.mask;
  const auto decode = [&] { return dataset::read_mask(sample); };
  RecentPictures alone(1);
  LINEGUARD_ASSIGN(const auto mask, (shown.recent ? *shown.recent : alone).get(file.string(), decode));
  if (mask->size() == shown.picture) return part_of(*mask, shown.area);
  return make_error(ErrorCode::corrupt_data,
                    fmt::format("{}: the mask is {} x {}, its picture {} x {}", file.string(), mask->width_px(),
                                mask->height_px(), shown.picture.width_px, shown.picture.height_px));
}

Result<Canvases> paint_defects(const dataset::Sample& sample, const Shown& shown,
                               const std::vector<std::string>& classes) {
  Canvases canvases;
  if (sample.mask) {
    LINEGUARD_ASSIGN(canvases[target_of_class(classes, sample.class_name)], part_of_mask(sample, shown));
    return canvases;
  }
  const Point origin{static_cast<double>(shown.area.x), static_cast<double>(shown.area.y)};
  for (const dataset::LabelledBox& box : sample.boxes) {
    Image& canvas = canvases[target_of_class(classes, box.class_name)];
    if (canvas.empty()) canvas = Image(shown.area.size, 1);
    paint(canvas, origin, box);
  }
  return canvases;
}

void add_class(const Image& canvas, int target, std::vector<int>& cells, std::vector<int>& coverage) {
  const auto bytes = canvas.bytes();
  const int most = std::to_integer<int>(*std::ranges::max_element(bytes));
  if (most == 0) return;
  const int least = std::min(kWellCovered, most);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const int covered = std::to_integer<int>(bytes[i]);
    if (covered <= coverage[i]) continue;
    coverage[i] = covered;
    cells[i] = covered >= least ? target : kIgnoredCell;
  }
}

}  // namespace

int target_of_class(const std::vector<std::string>& classes, const std::string& name) {
  const auto found = std::ranges::find(classes, name);
  return found == classes.end() ? kIgnoredCell : 1 + static_cast<int>(found - classes.begin());
}

bool has_location(const dataset::Sample& sample) {
  return sample.label == Label::good || sample.mask || !sample.boxes.empty();
}

Result<std::vector<int>> label_cells(const dataset::Sample& sample, const Shown& shown,
                                     const std::vector<std::string>& classes, int grid_cells) {
  const auto count = static_cast<std::size_t>(grid_cells) * static_cast<std::size_t>(grid_cells);
  std::vector<int> cells(count, 0), coverage(count, 0);
  if (sample.label == Label::good) return cells;
  LINEGUARD_ASSIGN(const Canvases canvases, paint_defects(sample, shown, classes));
  for (const auto& [target, part] : canvases) {
    // In two steps, the first of which keeps what is thinner than a cell by far.
    const int fine = 8 * grid_cells;
    const bool shrinks = std::min(part.width_px(), part.height_px()) > fine;
    const Image flags = shrinks ? imaging::non_zero(imaging::resize(part, {fine, fine})) : part;
    add_class(imaging::resize(flags, {grid_cells, grid_cells}), target, cells, coverage);
  }
  return cells;
}

std::vector<std::size_t> choose_cells(const std::vector<int>& labels, std::size_t quota, std::mt19937_64& random) {
  std::vector<std::size_t> defects, good;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] > 0) defects.push_back(i);
    if (labels[i] == 0) good.push_back(i);
  }
  keep_random(defects, std::max<std::size_t>(1, 2 * quota / 3), random);
  keep_random(good, quota - std::min(quota, defects.size()), random);
  defects.insert(defects.end(), good.begin(), good.end());
  return defects;
}

std::vector<int> cells_of_pixels(const std::vector<std::uint8_t>& labels, int side, int grid_cells) {
  const auto count = static_cast<std::size_t>(grid_cells) * static_cast<std::size_t>(grid_cells);
  std::vector<int> cells(count, 0), coverage(count, 0);
  for (const std::uint8_t label : std::set<std::uint8_t>(labels.begin(), labels.end())) {
    if (label == 0) continue;
    Image canvas({side, side}, 1);
    for (std::size_t i = 0; i < labels.size(); ++i)
      canvas.bytes()[i] = labels[i] == label ? std::byte{255} : std::byte{0};
    add_class(imaging::resize(canvas, {grid_cells, grid_cells}), label, cells, coverage);
  }
  return cells;
}

}  // namespace lineguard::training
