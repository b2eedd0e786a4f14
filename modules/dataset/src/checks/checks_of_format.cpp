// Sizes, channels and bit depth. A set whose pictures vary on purpose (hand-cropped parts) is left in peace; the few
// pictures that fall out of an otherwise uniform set are what another camera or a wrong export looks like.
#include "checks/checks.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace lineguard::dataset {
namespace {

constexpr double kUniformShare = 0.9;     // from here on one size is the size of the set
constexpr double kSimilarAspect = 1.1;    // ratio of two aspect ratios that still show the same crop
constexpr double kSimilarDiagonal = 1.5;  // ratio of two diagonals that still show the same scale

using Counts = std::map<std::pair<int, int>, std::size_t>;

// The most frequent key; of two the smaller one.
std::pair<std::pair<int, int>, std::size_t> most_frequent(const Counts& counts) {
  std::pair<std::pair<int, int>, std::size_t> best{{0, 0}, 0};
  for (const auto& entry : counts) {
    if (entry.second > best.second) best = entry;
  }
  return best;
}

double ratio(double a, double b) {
  return std::max(a / b, b / a);
}

bool is_similar(Size a, Size b) {
  const double aspect = ratio(double(a.width_px) / a.height_px, double(b.width_px) / b.height_px);
  const double scale = ratio(std::hypot(a.width_px, a.height_px), std::hypot(b.width_px, b.height_px));
  return aspect <= kSimilarAspect && scale <= kSimilarDiagonal;
}

void check_outlying_sizes(const Dataset& dataset, const std::vector<SampleFacts>& facts, Size usual,
                          FindingList& findings) {
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const Size size = facts[i].size;
    if (!facts[i].decoded || size == usual) continue;
    findings.add(is_similar(size, usual) ? Check::sizes_vary : Check::size_mismatch,
                 fmt::format("{}x{} pixels where the others have {}x{}", size.width_px, size.height_px, usual.width_px,
                             usual.height_px),
                 dataset.samples[i].name);
  }
}

void check_sizes(const Dataset& dataset, const std::vector<SampleFacts>& facts, FindingList& findings) {
  Counts counts;
  std::size_t decoded = 0, smallest = 0, largest = 0;
  const auto area = [&](std::size_t i) { return std::int64_t{facts[i].size.width_px} * facts[i].size.height_px; };
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (!facts[i].decoded) continue;
    if (decoded++ == 0) smallest = largest = i;
    if (area(i) < area(smallest)) smallest = i;
    if (area(i) > area(largest)) largest = i;
    ++counts[{facts[i].size.width_px, facts[i].size.height_px}];
  }
  if (counts.size() < 2) return;
  const auto [usual, count] = most_frequent(counts);
  if (static_cast<double>(count) >= kUniformShare * static_cast<double>(decoded)) {
    return check_outlying_sizes(dataset, facts, {usual.first, usual.second}, findings);
  }
  findings.add_group(
      Check::sizes_vary,
      fmt::format("the pictures have {} sizes, {}x{} to {}x{} pixels", counts.size(), facts[smallest].size.width_px,
                  facts[smallest].size.height_px, facts[largest].size.width_px, facts[largest].size.height_px),
      {dataset.samples[smallest].name, dataset.samples[largest].name});
}

std::string_view mode_name(int channels) {
  return channels == 1 ? "gray" : "colour";
}

// Gray pictures among colour ones: harmless where the colour ones are gray in truth.
void check_channels(const Dataset& dataset, const std::vector<SampleFacts>& facts, FindingList& findings) {
  Counts counts;
  bool colourless = true;
  for (const SampleFacts& fact : facts) {
    if (!fact.decoded) continue;
    ++counts[{fact.channels, 0}];
    colourless &= fact.colourless;
  }
  if (counts.size() < 2) return;
  const int usual = most_frequent(counts).first.first;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (!facts[i].decoded || facts[i].channels == usual) continue;
    findings.add(colourless ? Check::gray_as_colour : Check::channel_mismatch,
                 fmt::format("{} where most pictures are {}", mode_name(facts[i].channels), mode_name(usual)),
                 dataset.samples[i].name);
  }
}

void check_depth(const Dataset& dataset, const std::vector<SampleFacts>& facts, FindingList& findings) {
  const auto bits = [](const SampleFacts& fact) { return 8 * static_cast<int>(fact.depth); };
  Counts counts;
  for (const SampleFacts& fact : facts) {
    if (fact.decoded) ++counts[{bits(fact), 0}];
  }
  if (counts.size() < 2) return;
  const int usual = most_frequent(counts).first.first;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (!facts[i].decoded || bits(facts[i]) == usual) continue;
    findings.add(Check::depth_mismatch, fmt::format("{} bit where most pictures have {} bit", bits(facts[i]), usual),
                 dataset.samples[i].name);
  }
}

}  // namespace

void check_formats(const Dataset& dataset, const std::vector<SampleFacts>& facts, FindingList& findings) {
  check_channels(dataset, facts, findings);
  check_depth(dataset, facts, findings);
  check_sizes(dataset, facts, findings);
}

}  // namespace lineguard::dataset
