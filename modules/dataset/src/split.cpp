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
  std::string stratum;                                   // labels that a fair split keeps in proportion
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
    part.stratum = std::max(part.stratum, fmt::format("{} {} {:.2f}", sample.label == Label::defective,
                                                      sample.class_name, sample.defect_probability));
    part.train |= sample.split == Split::train;
    part.validation |= sample.split == Split::validation;
    part.test |= sample.split == Split::test;
  }
  return parts;
}

// Shuffled by a hash of seed, purpose and name, so that a part's place depends on nothing else.
std::vector<std::string> shuffle(std::vector<std::string> names, std::string_view purpose, std::uint64_t seed) {
  std::vector<std::pair<std::string, std::string>> keyed;
  for (auto& name : names)
    keyed.emplace_back(sha256_hex(fmt::format("{}/{}/{}", seed, purpose, name)), std::move(name));
  std::sort(keyed.begin(), keyed.end());
  for (std::size_t i = 0; i < keyed.size(); ++i) names[i] = std::move(keyed[i].second);
  return names;
}

// Takes `count` of `pool`'s names out and puts them on `side`.
void move_out(std::vector<std::string>& pool, std::size_t count, std::string_view purpose, std::uint64_t seed,
              Side side, std::map<std::string, Side>& sides) {
  pool = shuffle(std::move(pool), purpose, seed);
  for (std::size_t i = 0; i < count; ++i) sides[pool[i]] = side;
  pool.erase(pool.begin(), pool.begin() + static_cast<std::ptrdiff_t>(count));
}

std::size_t validation_count(std::size_t parts, double fraction) {
  fraction = std::clamp(fraction, 0.0, 0.5);
  if (fraction == 0 || parts < 2) return 0;
  const auto rounded = static_cast<std::size_t>(std::lround(fraction * static_cast<double>(parts)));
  return std::clamp<std::size_t>(rounded, 1, parts - 1);
}

std::map<std::string, Side> assign_sides(const Parts& parts, double validation_fraction, std::uint64_t seed) {
  const auto any = [&](bool PartFacts::*said) {
    return std::any_of(parts.begin(), parts.end(), [&](const auto& entry) { return entry.second.*said; });
  };
  const bool names_train = any(&PartFacts::train);
  const bool names_validation = any(&PartFacts::validation);
  const bool names_test = any(&PartFacts::test);

  std::map<std::string, Side> sides;
  std::vector<std::string> pool;  // good parts that may be learned from
  for (const auto& [name, part] : parts) {
    // Where the data set names its training pictures, others are none.
    const bool to_learn_from = part.train || !names_train;
    if (part.validation && !part.test) {
      sides[name] = Side::validation;  // as the data set says, defective ones too
    } else if (part.defective || part.test || !to_learn_from) {
      sides[name] = Side::test;
    } else {
      pool.push_back(name);
    }
  }
  if (!names_train && !names_test) move_out(pool, pool.size() / 2, "test", seed, Side::test, sides);
  const std::size_t held_back = names_validation ? 0 : validation_count(pool.size(), validation_fraction);
  move_out(pool, held_back, "validation", seed, Side::validation, sides);
  for (const auto& name : pool) sides[name] = Side::train;
  return sides;
}

constexpr double kTestShare = 0.25;

std::map<std::string, Side> assign_labelled_sides(const Parts& parts, std::uint64_t seed) {
  const bool named = std::any_of(parts.begin(), parts.end(), [](const auto& entry) {
    return entry.second.train || entry.second.validation || entry.second.test;
  });
  std::map<std::string, Side> sides;
  std::map<std::string, std::vector<std::string>> strata;
  for (const auto& [name, part] : parts) {
    sides[name] = part.test || (named && !part.train && !part.validation) ? Side::test
                  : part.validation                                       ? Side::validation
                                                                          : Side::train;
    if (!named) strata[part.stratum].push_back(name);
  }
  // What a stratum's share leaves over counts in the next one of its label: many small ones lose nothing by rounding.
  std::map<bool, double> owed;
  for (auto& [stratum, pool] : strata) {
    double& due = owed[parts.at(pool.front()).defective];
    due += kTestShare * static_cast<double>(pool.size());
    const auto count = std::min(pool.size(), static_cast<std::size_t>(std::max(0L, std::lround(due))));
    due -= static_cast<double>(count);
    move_out(pool, count, "test " + stratum, seed, Side::test, sides);
  }
  return sides;
}

TrainingSplit sort_samples(const Dataset& dataset, const std::map<std::string, Side>& sides) {
  TrainingSplit split;
  for (std::size_t i = 0; i < dataset.samples.size(); ++i) {
    if (dataset.samples[i].label == Label::unknown) continue;
    switch (sides.at(dataset.samples[i].part)) {
      case Side::train:
        split.train.push_back(i);
        break;
      case Side::validation:
        split.validation.push_back(i);
        break;
      case Side::test:
        split.test.push_back(i);
        break;
    }
  }
  return split;
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

TrainingSplit split_for_training(const Dataset& dataset, double validation_fraction, std::uint64_t seed) {
  return sort_samples(dataset, assign_sides(collect_parts(dataset), validation_fraction, seed));
}

TrainingSplit split_for_labels(const Dataset& dataset, std::uint64_t seed) {
  return sort_samples(dataset, assign_labelled_sides(collect_parts(dataset), seed));
}

}  // namespace lineguard::dataset
