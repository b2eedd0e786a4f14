#include "same_part.h"

#include "neighbours.h"

#include <algorithm>
#include <functional>

#include <lineguard/features/eigen_view.h>
#include <lineguard/imaging/lighting.h>
#include <lineguard/imaging/transform.h>
#include <lineguard/stats/quantile.h>

namespace lineguard::verify {
using namespace features;
namespace {

constexpr int kEvenedOut_px = 192, kRegions = 24;  // a side
constexpr std::size_t kFewestPictures = 12;        // a tenth nearest that is another part
constexpr double kShareOfTypical = 0.25;

// What all have in common, a frame or a bar, says nothing of the part.
void leave_out_common(Matrix& details) {
  Eigen::Map<RowMajor> all(details.values.data(), static_cast<Eigen::Index>(details.rows),
                           static_cast<Eigen::Index>(details.columns));
  const Row mean = all.colwise().mean();
  all.rowwise() -= mean;
  const Eigen::VectorXf norms = all.rowwise().norm().cwiseMax(1e-6F);
  all.array().colwise() /= norms.array();
}

// Of rows of length one: 1 - correlation.
double difference(double distance) {
  return distance * distance / 2;
}

}  // namespace

std::vector<float> detail_of(const Image& gray) {
  const Image seen = imaging::resize(gray, {kEvenedOut_px, kEvenedOut_px});
  const Image detail =
      imaging::resize(imaging::even_out(seen, imaging::Lighting::local_contrast), {kRegions, kRegions});
  std::vector<float> values;
  float sum = 0;
  for (const std::byte level : detail.bytes()) {
    values.push_back(static_cast<float>(std::to_integer<int>(level)));
    sum += values.back();
  }
  for (float& value : values) value -= sum / static_cast<float>(kRegions * kRegions);
  return values;
}

std::vector<PartPair> find_same_parts(Matrix details, int threads) {
  std::vector<PartPair> pairs;
  if (details.rows < kFewestPictures) return pairs;
  leave_out_common(details);
  const auto neighbours = find_neighbours(details, threads);
  std::vector<double> tenths;
  for (const Neighbours& one : neighbours) tenths.push_back(difference(one.tenth));
  const double typical = stats::median(tenths);
  for (std::size_t a = 0; a < neighbours.size(); ++a) {
    const std::size_t b = neighbours[a].nearest;
    if (b < a || neighbours[b].nearest != a) continue;
    const double apart = difference(neighbours[a].distance);
    const double share = apart / std::max(std::min({typical, tenths[a], tenths[b]}), 1e-9);
    if (share < kShareOfTypical) pairs.push_back({a, b, 1 - apart, share});
  }
  std::ranges::stable_sort(pairs, std::greater<>(), &PartPair::correlation);
  return pairs;
}

}  // namespace lineguard::verify
