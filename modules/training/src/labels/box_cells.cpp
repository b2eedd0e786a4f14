#include "box_cells.h"

#include "cell_labels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

#include <lineguard/features/dihedral.h>

namespace lineguard::training {
namespace {

constexpr std::size_t kFewestBoxes = 20;
constexpr double kReachCells = 1.5;    // of a box's middle
constexpr double kNearestSide = 0.05;  // cells; the logarithm needs a way above 0

// A box in cells of the grid.
struct GridBox {
  double left = 0, top = 0, right = 0, bottom = 0;
  int target = 0;

  double area() const { return (right - left) * (bottom - top); }
  bool holds(double x, double y) const { return x >= left && x <= right && y >= top && y <= bottom; }
  bool near_middle(double x, double y) const {
    const double from_x = std::abs(x - (left + right) / 2), from_y = std::abs(y - (top + bottom) / 2);
    const bool nearest = from_x <= 0.5 && from_y <= 0.5;  // a box smaller than a cell has one
    return nearest || (holds(x, y) && from_x < kReachCells && from_y < kReachCells);
  }
};

// Largest first, so that a smaller one takes its cells from it.
std::vector<GridBox> on_grid(const dataset::Sample& sample, const PixelRect& area,
                             const std::vector<std::string>& classes, int grid_cells) {
  const double x_factor = grid_cells / static_cast<double>(area.size.width_px);
  const double y_factor = grid_cells / static_cast<double>(area.size.height_px);
  std::vector<GridBox> boxes;
  for (const dataset::LabelledBox& drawn : sample.boxes) {
    const double left = (drawn.box.x - area.x) * x_factor, top = (drawn.box.y - area.y) * y_factor;
    boxes.push_back({left, top, left + drawn.box.width * x_factor, top + drawn.box.height * y_factor,
                     target_of_class(classes, drawn.class_name)});
  }
  std::ranges::stable_sort(boxes, std::greater<>(), &GridBox::area);
  return boxes;
}

float log_way(double cells) {
  return static_cast<float>(std::log(std::max(cells, kNearestSide)));
}

void put(const GridBox& box, int grid_cells, CellTargets& cells) {
  for (int row = 0; row < grid_cells; ++row) {
    for (int column = 0; column < grid_cells; ++column) {
      const double x = column + 0.5, y = row + 0.5;
      const auto cell =
          static_cast<std::size_t>(row) * static_cast<std::size_t>(grid_cells) + static_cast<std::size_t>(column);
      if (box.near_middle(x, y)) {
        cells.labels[cell] = box.target;
        const std::array ways{x - box.left, y - box.top, box.right - x, box.bottom - y};
        std::ranges::transform(ways, cells.sides.begin() + static_cast<std::ptrdiff_t>(cell * kSides), log_way);
      } else if (cells.labels[cell] == 0 && box.holds(x, y)) {
        cells.labels[cell] = kIgnoredCell;
      }
    }
  }
}

}  // namespace

bool draws_boxes(const TrainingSet& set) {
  std::size_t boxes = 0, outlines = 0;
  std::set<const dataset::Sample*> seen;  // tiles of one picture share its sample
  for (const TrainingPicture& picture : set.pictures) {
    if (picture.good() || !seen.insert(picture.sample).second) continue;
    outlines += picture.sample->mask ? 1 : 0;
    for (const dataset::LabelledBox& box : picture.sample->boxes) ++(box.outlines.empty() ? boxes : outlines);
  }
  return boxes >= kFewestBoxes && boxes > outlines;
}

Result<CellTargets> target_cells(const dataset::Sample& sample, const Shown& shown,
                                 const std::vector<std::string>& classes, bool boxes, int grid_cells) {
  if (boxes && !sample.mask) return box_cells(sample, shown.area, classes, grid_cells);
  CellTargets targets;
  LINEGUARD_ASSIGN(targets.labels, label_cells(sample, shown, classes, grid_cells));
  return targets;
}

CellTargets box_cells(const dataset::Sample& sample, const PixelRect& area, const std::vector<std::string>& classes,
                      int grid_cells) {
  const auto count = static_cast<std::size_t>(grid_cells) * static_cast<std::size_t>(grid_cells);
  CellTargets cells{std::vector<int>(count, 0),
                    std::vector<float>(count * kSides, std::numeric_limits<float>::quiet_NaN())};
  if (sample.label == Label::good) return cells;
  for (const GridBox& box : on_grid(sample, area, classes, grid_cells)) put(box, grid_cells, cells);
  return cells;
}

std::vector<float> turned_sides(const std::vector<float>& sides, int grid_cells, int way) {
  std::vector<float> out = turned(sides, grid_cells, kSides, way);
  for (std::size_t i = 0; i < out.size(); i += kSides) {
    if (way & 4) {
      std::swap(out[i], out[i + 1]);
      std::swap(out[i + 2], out[i + 3]);
    }
    if (way & 1) std::swap(out[i], out[i + 2]);
    if (way & 2) std::swap(out[i + 1], out[i + 3]);
  }
  return out;
}

std::vector<DrawnBox> boxes_in_tile(const dataset::Sample& sample, const PixelRect& area,
                                    const std::vector<std::string>& classes) {
  std::vector<DrawnBox> boxes;
  const double width = area.size.width_px, height = area.size.height_px;
  for (const dataset::LabelledBox& drawn : sample.boxes) {
    const int target = target_of_class(classes, drawn.class_name);
    const Box box{(drawn.box.x - area.x) / width, (drawn.box.y - area.y) / height, drawn.box.width / width,
                  drawn.box.height / height};
    if (target > 0 && middle_inside(drawn.box, area)) boxes.push_back({box, static_cast<std::size_t>(target - 1)});
  }
  return boxes;
}

}  // namespace lineguard::training
