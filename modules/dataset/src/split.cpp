#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include <fmt/format.h>

#include <lineguard/core/digest.h>
#include <lineguard/dataset/split.h>

namespace lineguard::dataset {
namespace {

// Everything a part's pictures say together.
struct PartFacts {
  bool defective = false;
  bool train = false, validation = false, test = false;  // named by the data set
};
using Parts = std::map<std::string, PartFacts>;

enum class Side { train, validation, test };

Parts collect_parts(const Dataset& dataset) {
  const auto defective = defective_parts(dataset);
  Parts parts;
  for (const Sample& sample : dataset.samples) {
    if (sample.label == Label::unknown) continue;
    PartFacts& part = parts[sample.part];
    part.defective = defective.contains(sample.part);
    part.train |= sample.split == Split::train;
    part.validation |= sample.split == Split::validation;
    part.test |= sample.split == Split::test;
  }
  return parts;
}

// Shuffled by a hash of seed and name, so that a part's place depends on nothing else.
std::vector<std::string> shuffle(std::vector<std::string> names, std::string_view purpose, std::uint64_t seed) {
  std::vector<std::pair<std::string, std::string>> keyed;
  for (auto& name : names)
    keyed.emplace_back(sha256_hex(fmt::format("{}/{}/{}", seed, purpose, name)), std::move(name));
  std::sort(keyed.begin(), keyed.end());
  for (std::size_t i = 0; i < keyed.size(); ++i) names[i] = std::move(keyed[i].second);
  return names;
}

// Good parts alone are learned from; defective ones of the validation split stay there.
Side side_for_training(const PartFacts& part, bool names_train) {
  if (part.validation && !part.test) return Side::validation;
  const bool to_learn_from = part.train || !names_train;
  return part.defective || part.test || !to_learn_from ? Side::test : Side::train;
}

Side side_for_labels(const PartFacts& part, bool names_any) {
  if (part.test || (names_any && !part.train && !part.validation)) return Side::test;
  return part.validation ? Side::validation : Side::train;
}

template <typename SideOf>
TrainingSplit sort_samples(const Dataset& dataset, const Parts& parts, SideOf side_of) {
  TrainingSplit split;
  for (std::size_t i = 0; i < dataset.samples.size(); ++i) {
    if (dataset.samples[i].label == Label::unknown) continue;
    const Side side = side_of(parts.at(dataset.samples[i].part));
    (side == Side::train ? split.train : side == Side::validation ? split.validation : split.test).push_back(i);
  }
  return split;
}

// What a fair share is drawn from alike.
std::string stratum_of(const Sample& sample) {
  return fmt::format("{} {} {:.2f}", sample.label == Label::defective, sample.class_name, sample.defect_probability);
}

}  // namespace

std::ptrdiff_t count_defective(const Dataset& dataset, const std::vector<std::size_t>& samples) {
  return std::ranges::count_if(samples, [&](std::size_t i) { return dataset.samples[i].label == Label::defective; });
}

std::set<std::string> defective_parts(const Dataset& dataset) {
  std::set<std::string> defective;
  for (const Sample& sample : dataset.samples) {
    if (sample.label == Label::defective) defective.insert(sample.part);
  }
  return defective;
}

bool names_splits(const Dataset& dataset) {
  return std::ranges::any_of(dataset.samples, [](const Sample& sample) {
    return sample.label != Label::unknown && sample.split != Split::unset;
  });
}

TrainingSplit split_for_training(const Dataset& dataset) {
  const Parts parts = collect_parts(dataset);
  const bool names_train = std::ranges::any_of(parts, [](const auto& entry) { return entry.second.train; });
  return sort_samples(dataset, parts, [&](const PartFacts& part) { return side_for_training(part, names_train); });
}

TrainingSplit split_for_labels(const Dataset& dataset) {
  const bool names_any = names_splits(dataset);
  return sort_samples(dataset, collect_parts(dataset),
                      [&](const PartFacts& part) { return side_for_labels(part, names_any); });
}

std::set<std::string> choose_parts(const Dataset& dataset, const std::vector<std::size_t>& samples, double share,
                                   std::uint64_t seed) {
  std::map<std::string, std::string> stratum_of_part;
  for (const std::size_t i : samples) {
    std::string& stratum = stratum_of_part[dataset.samples[i].part];
    stratum = std::max(stratum, stratum_of(dataset.samples[i]));
  }
  std::map<std::string, std::vector<std::string>> strata;
  for (const auto& [part, stratum] : stratum_of_part) strata[stratum].push_back(part);
  const auto defective = defective_parts(dataset);
  // What a stratum's share leaves over counts in the next one of its label: many small ones lose nothing by rounding.
  std::map<bool, double> owed;
  std::set<std::string> chosen;
  for (auto& [stratum, parts] : strata) {
    double& due = owed[defective.contains(parts.front())];
    due += share * static_cast<double>(parts.size());
    const auto count = std::min(parts.size(), static_cast<std::size_t>(std::max(0L, std::lround(due))));
    due -= static_cast<double>(count);
    const auto order = shuffle(std::move(parts), "hold out " + stratum, seed);
    chosen.insert(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return chosen;
}

}  // namespace lineguard::dataset
