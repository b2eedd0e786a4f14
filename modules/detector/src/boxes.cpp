#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include <lineguard/detector/boxes.h>
#include <lineguard/stats/detection.h>

namespace lineguard::detector {
using namespace features;
namespace {

constexpr std::size_t kMostBoxes = 64, kMostCandidates = 4096;
constexpr double kSameDefect = 0.3, kAgrees = 0.5;  // intersection over union
constexpr double kSurest = 1e-6;                    // of not being a defect, so that odds stay finite

FloatMap column_as_map(const Matrix& values, std::size_t column) {
  const auto side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(values.rows))));
  FloatMap map{{side, side}, std::vector<float>(values.rows)};
  for (std::size_t row = 0; row < values.rows; ++row) map.values[row] = values.row(row)[column];
  return map;
}

double log_odds(double probability) {
  const double kept = std::clamp(probability, kSurest, 1 - kSurest);
  return std::log(kept / (1 - kept));
}

// At least a pixel of it is left.
Box clipped(const Box& box, const PixelRect& area) {
  const double most_x = area.x + area.size.width_px, most_y = area.y + area.size.height_px;
  const double left = std::clamp<double>(box.x, area.x, most_x - 1);
  const double top = std::clamp<double>(box.y, area.y, most_y - 1);
  return {left, top, std::clamp(box.x + box.width, left + 1, most_x) - left,
          std::clamp(box.y + box.height, top + 1, most_y) - top};
}

// Of the best box and those that agree with it: the mean of their sides, each by its odds against the best one's, and
// the class that has most of their votes.
Region agreed(const CellBox& best, const std::vector<const CellBox*>& agreeing, const std::vector<std::string>& names) {
  double sum = 0;
  std::array<double, 4> sides{};
  std::vector<float> votes(best.shares.size());
  for (const CellBox* cell : agreeing) {
    const double weight = std::exp(std::max(-20.0, cell->odds - best.odds));
    const Box& box = cell->box;
    const std::array theirs{box.x, box.y, box.x + box.width, box.y + box.height};
    for (std::size_t i = 0; i < sides.size(); ++i) sides[i] += weight * theirs[i];
    for (std::size_t k = 0; k < votes.size(); ++k) votes[k] += cell->shares[k];
    sum += weight;
  }
  for (double& side : sides) side /= sum;
  const auto winner = static_cast<std::size_t>(std::ranges::max_element(votes) - votes.begin());
  Region region;
  region.box = {sides[0], sides[1], sides[2] - sides[0], sides[3] - sides[1]};
  region.score = best.odds;
  region.class_name = winner < names.size() ? names[winner] : "";
  return region;
}

}  // namespace

BoxMaps box_maps(Matrix logits, Matrix log_ways) {
  for (std::size_t row = 0; row < logits.rows; ++row) {  // softmax
    const auto values = logits.row(row);
    const float highest = *std::ranges::max_element(values);
    float sum = 0;
    for (float& value : values) sum += value = std::exp(value - highest);
    for (float& value : values) value /= sum;
  }
  for (float& value : log_ways.values) value = std::exp(value);
  BoxMaps maps;
  for (std::size_t k = 1; k < logits.columns; ++k) maps.classes.push_back(column_as_map(logits, k));
  for (std::size_t k = 0; k < log_ways.columns; ++k) maps.sides.push_back(column_as_map(log_ways, k));
  return maps;
}

std::vector<CellBox> boxes_of_cells(const BoxMaps& maps, const PixelRect& area, double level) {
  const Size grid = maps.classes.at(0).size;
  const double x_factor = static_cast<double>(area.size.width_px) / grid.width_px;
  const double y_factor = static_cast<double>(area.size.height_px) / grid.height_px;
  std::vector<CellBox> boxes;
  for (int row = 0; row < grid.height_px; ++row) {
    for (int column = 0; column < grid.width_px; ++column) {
      const auto cell =
          static_cast<std::size_t>(row) * static_cast<std::size_t>(grid.width_px) + static_cast<std::size_t>(column);
      double defective = 0;
      for (const FloatMap& map : maps.classes) defective += map.values[cell];
      const double odds = log_odds(defective);
      if (odds <= level) continue;
      const double x = area.x + (column + 0.5) * x_factor, y = area.y + (row + 0.5) * y_factor;
      const auto reach = [&](std::size_t side) { return static_cast<double>(maps.sides[side].values[cell]); };
      CellBox said{{x - reach(0) * x_factor, y - reach(1) * y_factor, (reach(0) + reach(2)) * x_factor,
                    (reach(1) + reach(3)) * y_factor},
                   odds,
                   {}};
      for (const FloatMap& map : maps.classes) said.shares.push_back(map.values[cell] / static_cast<float>(defective));
      boxes.push_back(std::move(said));
    }
  }
  return boxes;
}

std::vector<Region> best_boxes(std::vector<CellBox> boxes, const std::vector<std::string>& names,
                               const PixelRect& area) {
  std::ranges::stable_sort(boxes, std::greater<>(), &CellBox::odds);
  if (boxes.size() > kMostCandidates) boxes.resize(kMostCandidates);
  for (CellBox& cell : boxes) cell.box = clipped(cell.box, area);
  std::vector<bool> taken(boxes.size(), false);
  std::vector<Region> best;
  for (std::size_t i = 0; i < boxes.size() && best.size() < kMostBoxes; ++i) {
    if (taken[i]) continue;
    std::vector<const CellBox*> agreeing{&boxes[i]};
    for (std::size_t j = i + 1; j < boxes.size(); ++j) {
      const double common = taken[j] ? 0 : stats::intersection_over_union(boxes[i].box, boxes[j].box);
      if (common < kSameDefect) continue;
      taken[j] = true;
      if (common >= kAgrees) agreeing.push_back(&boxes[j]);
    }
    best.push_back(agreed(boxes[i], agreeing, names));
  }
  return best;
}

void put_before(std::vector<Region> boxes, std::vector<Region>& outlines) {
  const auto known = boxes.size();
  for (Region& outline : outlines) {
    const auto touches = [&](const Region& box) { return stats::intersection_over_union(box.box, outline.box) > 0; };
    const auto end = boxes.begin() + static_cast<std::ptrdiff_t>(known);
    if (boxes.size() < kMostBoxes && std::none_of(boxes.begin(), end, touches)) boxes.push_back(std::move(outline));
  }
  outlines = std::move(boxes);
}

}  // namespace lineguard::detector
