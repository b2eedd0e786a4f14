#include <algorithm>
#include <map>
#include <utility>

#include <lineguard/core/digest.h>
#include <lineguard/dataset/folds.h>

namespace lineguard::dataset {
namespace {

std::uint64_t seed_for(const std::string& name, std::uint64_t seed) {
  return std::stoull(sha256_hex(std::to_string(seed) + "\n" + name).substr(0, 16), nullptr, 16);
}

}  // namespace

std::vector<int> assign_folds(const std::vector<std::string>& parts, int folds, std::uint64_t seed) {
  std::map<std::string, int> fold_of;
  for (const std::string& part : parts) fold_of[part] = 0;
  std::vector<std::pair<std::uint64_t, std::string>> order;
  for (const auto& [part, fold] : fold_of) order.emplace_back(seed_for(part, seed), part);
  std::ranges::sort(order);
  for (std::size_t i = 0; i < order.size(); ++i) fold_of[order[i].second] = static_cast<int>(i) % folds;
  std::vector<int> assigned;
  for (const std::string& part : parts) assigned.push_back(fold_of[part]);
  return assigned;
}

std::vector<int> deal_folds(const std::vector<FoldedPicture>& pictures, int folds, std::uint64_t seed) {
  std::map<std::string, int> fold_of;
  for (const bool good : {true, false}) {
    // A good part that is alone in the first fold needs other parts in the others.
    const int first = std::ssize(fold_of) < folds ? static_cast<int>(fold_of.size()) : 0;
    std::vector<std::string> parts;
    for (const FoldedPicture& picture : pictures) {
      if (picture.good == good && !fold_of.contains(picture.part)) parts.push_back(picture.part);
    }
    const auto dealt = assign_folds(parts, folds, seed);
    for (std::size_t i = 0; i < parts.size(); ++i) fold_of[parts[i]] = (first + dealt[i]) % folds;
  }
  std::vector<int> folds_of;
  for (const FoldedPicture& picture : pictures) folds_of.push_back(fold_of[picture.part]);
  return folds_of;
}

}  // namespace lineguard::dataset
