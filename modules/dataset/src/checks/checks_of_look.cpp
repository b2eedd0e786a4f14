// Checks relative to this set: absolute limits would flag every camera that is dark by design.
#include "checks/checks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include <lineguard/stats/bounds.h>
#include <lineguard/stats/quantile.h>
#include <lineguard/stats/roc.h>

namespace lineguard::dataset {
namespace {

constexpr std::size_t kFewestOfALabel = 10;  // for a claim on shortcuts
constexpr double kTells = 0.85;              // AUROC's lower bound from which look alone tells the label
constexpr std::size_t kFewestPictures = 20;  // for a claim on outliers
constexpr std::size_t kMostNamed = 20;
constexpr double kFarAway = 6;  // robust standard deviations

struct Property {
  std::string_view name, low, high;  // "brightness", "darker", "brighter"
  double imaging::PictureProperties::*value;
  double resolution;  // smaller deviations are noise
};

constexpr std::array<Property, 4> kProperties{{
    {"brightness", "darker", "brighter", &imaging::PictureProperties::brightness, 1},
    {"contrast", "lower in contrast", "higher in contrast", &imaging::PictureProperties::contrast, 0.5},
    {"colour (red less blue)", "bluer", "redder", &imaging::PictureProperties::warmth, 1},
    {"sharpness", "less sharp", "sharper", &imaging::PictureProperties::sharpness, 0.25},
}};

// Names of up to 20 samples, those with the highest `value` first.
std::vector<std::string> first_names(std::vector<std::pair<double, std::string>> named) {
  std::ranges::stable_sort(named, std::greater<>(), &std::pair<double, std::string>::first);
  std::vector<std::string> names;
  for (const auto& [value, name] : named) {
    if (names.size() < kMostNamed) names.push_back(name);
  }
  return names;
}

// "All defective ones are darker": one number that tells the labels apart.
void check_shortcut(const Property& property, const Dataset& dataset, const std::vector<SampleFacts>& facts,
                    FindingList& findings) {
  std::vector<double> good, defective;
  std::vector<std::pair<double, std::string>> named;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const Label label = dataset.samples[i].label;
    if (!facts[i].decoded || label == Label::unknown) continue;
    const double value = facts[i].properties.*property.value;
    (label == Label::good ? good : defective).push_back(value);
    if (label == Label::defective) named.emplace_back(value, dataset.samples[i].name);
  }
  if (std::min(good.size(), defective.size()) < kFewestOfALabel) return;
  if (std::abs(stats::median(good) - stats::median(defective)) < property.resolution) return;
  const auto estimate = stats::auroc_with_interval(good, defective, {.resamples = 500});
  if (!estimate) return;
  const bool higher = estimate->value > 0.5;
  const double bound = higher ? estimate->interval.low : 1 - estimate->interval.high;
  if (bound < kTells) return;
  if (!higher) {
    for (auto& entry : named) entry.first = -entry.first;
  }
  findings.add_group(
      Check::look_tells_label,
      fmt::format("defective pictures are {}: {} alone separates good from defective pictures with an AUROC of {:.3f} "
                  "(95 % interval "
                  "{:.3f} to {:.3f}; {} good with a median of {:.1f}, {} defective with {:.1f})",
                  higher ? property.high : property.low, property.name, higher ? estimate->value : 1 - estimate->value,
                  bound, higher ? estimate->interval.high : 1 - estimate->interval.low, good.size(),
                  stats::median(good), defective.size(), stats::median(defective)),
      first_names(std::move(named)));
}

// What a file is, whatever it shows: a set put together from two exports tells its labels by it.
struct FileTrait {
  std::string_view name;
  std::string (*value)(const SampleFacts& facts);
};

constexpr std::array<FileTrait, 2> kFileTraits{{
    {"file type", [](const SampleFacts& facts) { return std::string(facts.file_type); }},
    {"size",
     [](const SampleFacts& facts) { return fmt::format("{}x{} pixels", facts.size.width_px, facts.size.height_px); }},
}};

struct TraitCounts {
  stats::Count good, defective;  // that have it, of all
};

// By how much the shares of good and defective pictures that have it surely differ, 0 or below: not surely.
double sure_difference(const TraitCounts& counts) {
  return std::max(stats::lower_bound(counts.defective, 0.95) - stats::upper_bound(counts.good, 0.95),
                  stats::lower_bound(counts.good, 0.95) - stats::upper_bound(counts.defective, 0.95));
}

void check_file_trait(const FileTrait& trait, const Dataset& dataset, const std::vector<SampleFacts>& facts,
                      FindingList& findings) {
  std::map<std::string, TraitCounts> by_value;
  std::size_t good = 0, defective = 0;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const Label label = dataset.samples[i].label;
    if (!facts[i].decoded || label == Label::unknown) continue;
    TraitCounts& counts = by_value[trait.value(facts[i])];
    label == Label::good ? ++counts.good.events : ++counts.defective.events;
    label == Label::good ? ++good : ++defective;
  }
  if (std::min(good, defective) < kFewestOfALabel || by_value.size() < 2) return;
  // An AUROC of 0.5 + half the difference: as sure as the other shortcuts.
  constexpr double kTellsApart = 2 * kTells - 1;
  std::string clearest;
  double most = 0;
  for (auto& [value, counts] : by_value) {
    counts.good.n = good;
    counts.defective.n = defective;
    const double difference = sure_difference(counts);
    if (difference <= std::max(most, kTellsApart)) continue;
    most = difference;
    clearest = value;
  }
  if (clearest.empty()) return;
  const TraitCounts& counts = by_value[clearest];
  std::vector<std::string> names;
  for (std::size_t i = 0; i < facts.size() && names.size() < kMostNamed; ++i) {
    if (facts[i].decoded && dataset.samples[i].label == Label::defective) names.push_back(dataset.samples[i].name);
  }
  findings.add_group(
      Check::look_tells_label,
      fmt::format(
          "the {} alone separates good from defective pictures: {} is that of {} of {} defective pictures and of "
          "{} of {} good ones",
          trait.name, clearest, counts.defective.events, defective, counts.good.events, good),
      std::move(names));
}

// Defects may change the look: defective pictures are held against each other where they are enough.
void check_outliers(const Property& property, const Dataset& dataset, const std::vector<SampleFacts>& facts,
                    bool defective, FindingList& findings) {
  const auto belongs = [&](std::size_t i) {
    return facts[i].decoded && (dataset.samples[i].label == Label::defective) == defective;
  };
  std::vector<double> values;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (belongs(i)) values.push_back(facts[i].properties.*property.value);
  }
  if (values.size() < kFewestPictures) return;
  const double middle = stats::median(values);
  const double spread = std::max(stats::robust_deviation(values, middle), property.resolution);
  std::vector<std::pair<double, std::string>> far;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (!belongs(i)) continue;
    const double away = std::abs(facts[i].properties.*property.value - middle) / spread;
    if (away > kFarAway) far.emplace_back(away, dataset.samples[i].name);
  }
  if (far.empty()) return;
  const std::size_t count = far.size();
  findings.add_group(
      Check::unusual_look,
      fmt::format("the {} of {} picture{} is more than {:g} robust standard deviations ({:.2g}) from the "
                  "median of {:.1f} of {} pictures",
                  property.name, count, count == 1 ? "" : "s", kFarAway, spread, middle,
                  defective ? "defective" : "other"),
      first_names(std::move(far)));
}

}  // namespace

void check_look(const Dataset& dataset, const std::vector<SampleFacts>& facts, FindingList& findings) {
  for (const Property& property : kProperties) check_shortcut(property, dataset, facts, findings);
  for (const FileTrait& trait : kFileTraits) check_file_trait(trait, dataset, facts, findings);
  for (const Property& property : kProperties) {
    for (const bool defective : {false, true}) check_outliers(property, dataset, facts, defective, findings);
  }
}

}  // namespace lineguard::dataset
