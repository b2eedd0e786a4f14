#include "region_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include <lineguard/core/parallel.h>
#include <lineguard/detector/boxes.h>
#include <lineguard/detector/regions.h>
#include <lineguard/stats/detection.h>
#include <lineguard/stats/quantile.h>

namespace lineguard::training {
namespace {

constexpr std::size_t kFewestBoxes = 20, kMostMaps = 100;
constexpr double kTouches = 0.1, kMatches = 0.5;
constexpr double kSmallestFactor = 0.5, kLargestFactor = 2;
constexpr std::array kSteps{-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 6.0};  // log odds

struct Tally {
  std::vector<double> factors;
  double overlap = 0;  // sum over the matched ones
  std::size_t found = 0;
};

std::vector<Box> boxes_above(const BoxedMap& picture, double level, double size_factor) {
  std::vector<Box> boxes;
  for (const Region& region : find_regions(picture.map, picture.area, {level, level, size_factor}))
    boxes.push_back(region.box);
  return boxes;
}

// Each true box with the region that overlaps it most.
Tally tally(const BoxedMap& picture, const std::vector<Box>& found) {
  Tally sum;
  sum.found = found.size();
  for (const Box& truth : picture.truth) {
    double best = 0;
    const Box* nearest = nullptr;
    for (const Box& box : found) {
      const double overlap = stats::intersection_over_union(truth, box);
      if (overlap <= best) continue;
      best = overlap;
      nearest = &box;
    }
    if (nearest && best > kTouches)
      sum.factors.push_back(std::sqrt(truth.width * truth.height / (nearest->width * nearest->height)));
    sum.overlap += best >= kMatches ? best : 0;
  }
  return sum;
}

Tally tally_all(const std::vector<const BoxedMap*>& pictures, double level, double size_factor) {
  Tally all;
  for (const BoxedMap* picture : pictures) {
    const Tally one = tally(*picture, boxes_above(*picture, level, size_factor));
    all.factors.insert(all.factors.end(), one.factors.begin(), one.factors.end());
    all.overlap += one.overlap;
    all.found += one.found;
  }
  return all;
}

Tally tally_above(const PredictedBoxes& picture, double level) {
  std::vector<CellBox> above;
  for (const CellBox& candidate : picture.candidates) {
    if (candidate.odds > level) above.push_back(candidate);
  }
  std::vector<Box> boxes;
  for (const Region& region : best_boxes(std::move(above), {}, picture.area)) boxes.push_back(region.box);
  return tally({{}, {}, picture.truth}, boxes);
}

RegionFit try_box_level(const std::vector<PredictedBoxes>& pictures, std::size_t truths, double level) {
  Tally all;
  for (const PredictedBoxes& picture : pictures) {
    const Tally one = tally_above(picture, level);
    all.overlap += one.overlap;
    all.found += one.found;
  }
  return {level, 1, 2 * all.overlap / static_cast<double>(all.found + truths)};
}

// The best of what `try_at` says of levels around `cell_level`.
RegionFit best_of_levels(double cell_level, int threads, const std::function<RegionFit(double)>& try_at) {
  std::vector<RegionFit> fits(kSteps.size());
  const auto done = parallel_for(fits.size(), threads, [&](std::size_t i) -> Result<void> {
    fits[i] = try_at(cell_level + kSteps[i]);
    return {};
  });
  LINEGUARD_CHECK(done.ok(), "no step of fitting regions fails");
  return *std::ranges::max_element(fits, {}, &RegionFit::quality);
}

RegionFit try_level(const std::vector<const BoxedMap*>& pictures, std::size_t truths, double level) {
  RegionFit fit{level, 1, 0};
  const Tally plain = tally_all(pictures, level, 1);
  if (plain.factors.empty()) return fit;
  fit.size_factor = std::clamp(stats::quantile(plain.factors, 0.5), kSmallestFactor, kLargestFactor);
  const Tally fitted = tally_all(pictures, level, fit.size_factor);
  fit.quality = 2 * fitted.overlap / static_cast<double>(fitted.found + truths);
  return fit;
}

}  // namespace

RegionFit fit_regions(const std::vector<BoxedMap>& pictures, double cell_level, int threads) {
  std::vector<const BoxedMap*> chosen;
  const std::size_t step = (pictures.size() + kMostMaps - 1) / kMostMaps;
  std::size_t truths = 0;
  for (std::size_t i = 0; i < pictures.size(); i += step) {
    chosen.push_back(&pictures[i]);
    truths += pictures[i].truth.size();
  }
  if (truths < kFewestBoxes) return {cell_level, 1, 0};
  return best_of_levels(cell_level, threads, [&](double level) { return try_level(chosen, truths, level); });
}

RegionFit fit_box_level(const std::vector<PredictedBoxes>& pictures, double cell_level, int threads) {
  std::size_t truths = 0;
  for (const PredictedBoxes& picture : pictures) truths += picture.truth.size();
  if (truths < kFewestBoxes) return {cell_level, 1, 0};
  return best_of_levels(cell_level, threads, [&](double level) { return try_box_level(pictures, truths, level); });
}

}  // namespace lineguard::training
