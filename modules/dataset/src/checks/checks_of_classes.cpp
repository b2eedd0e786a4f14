// Checks of how many pictures and objects each class has, and of the classes' names.
#include "checks/checks.h"
#include "files/folder.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <lineguard/core/words.h>

namespace lineguard::dataset {
namespace {

constexpr std::size_t kFewPicturesOfClass = 5;
constexpr double kSmallShare = 0.04;

void check_balance(const Dataset& dataset, FindingList& findings) {
  std::map<std::string, std::vector<std::string>> by_class;
  std::size_t good = 0, defective = 0;
  for (const Sample& sample : dataset.samples) {
    good += sample.label == Label::good;
    if (sample.label != Label::defective) continue;
    ++defective;
    by_class[sample.class_name].push_back(sample.name);
  }
  if (defective == 0) return;
  const double share = static_cast<double>(std::min(good, defective)) / static_cast<double>(good + defective);
  if (good > 0 && share < kSmallShare) {
    findings.add_group(
        Check::imbalance,
        fmt::format("{} good and {} defective pictures: {:.1f} % of one label", good, defective, 100 * share), {});
  }
  if (by_class.size() < 2) return;
  for (const auto& [name, files] : by_class) {
    if (files.size() >= kFewPicturesOfClass) continue;
    findings.add_group(Check::imbalance, fmt::format("the class {} has {}", name, count_of(files.size(), "picture")),
                       files);
  }
}

// What is left of a name when letter case and what separates its words do not count: "Deep-Scratch" is "deepscratch".
std::string spelling_of(std::string_view class_name) {
  std::string letters = to_lower(class_name);
  std::erase_if(letters, [](char c) { return c == ' ' || c == '_' || c == '-' || c == '.'; });
  return letters;
}

void check_spelling(const Dataset& dataset, FindingList& findings) {
  std::map<std::string, std::map<std::string, std::set<std::string>>> by_spelling;  // -> class -> its pictures
  for (const Sample& sample : dataset.samples) {
    if (sample.label == Label::defective)
      by_spelling[spelling_of(sample.class_name)][sample.class_name].insert(sample.name);
    for (const LabelledBox& object : sample.boxes)
      by_spelling[spelling_of(object.class_name)][object.class_name].insert(sample.name);
  }
  for (const auto& [spelling, classes] : by_spelling) {
    if (spelling.empty() || classes.size() < 2) continue;
    const auto rarest = std::ranges::min_element(classes, {}, [](const auto& entry) { return entry.second.size(); });
    std::vector<std::string> counts;
    for (const auto& [name, files] : classes)
      counts.push_back(fmt::format("\"{}\" ({})", name, count_of(files.size(), "picture")));
    findings.add_group(
        Check::class_spelling,
        fmt::format("{} are {} classes; these pictures have the rarest", fmt::join(counts, " and "), counts.size()),
        {rarest->second.begin(), rarest->second.end()});
  }
}

}  // namespace

void check_classes(const Dataset& dataset, FindingList& findings) {
  check_spelling(dataset, findings);
  check_balance(dataset, findings);
}

}  // namespace lineguard::dataset
