#include <algorithm>
#include <filesystem>
#include <system_error>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include <lineguard/core/digest.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

namespace {

// Files that another has the size of: no others can be copies, and most need not be read.
std::vector<const Sample*> of_equal_size(const Dataset& dataset) {
  std::unordered_map<std::uintmax_t, std::vector<const Sample*>> by_size;
  std::error_code code;
  for (const Sample& sample : dataset.samples) {
    const auto size = std::filesystem::file_size(sample.image, code);
    if (!code) by_size[size].push_back(&sample);
  }
  std::erase_if(by_size, [](const auto& entry) { return entry.second.size() < 2; });
  std::vector<const Sample*> samples;
  for (const auto& [size, same] : by_size) samples.insert(samples.end(), same.begin(), same.end());
  std::ranges::sort(samples);  // the data set's order
  return samples;
}

}  // namespace

std::size_t join_copies(Dataset& dataset) {
  std::unordered_map<std::string, std::string> part_of;       // by content
  std::unordered_map<std::string, std::string> joined_parts;  // a part that shares a copy with another becomes that one
  std::size_t copies = 0;
  for (const Sample* sample : of_equal_size(dataset)) {
    const auto digest = sha256_hex_of_file(sample->image);
    if (!digest) continue;
    const auto [first, is_new] = part_of.emplace(*digest, sample->part);
    if (is_new) continue;
    ++copies;
    if (first->second != sample->part) joined_parts.emplace(sample->part, first->second);
  }
  for (Sample& sample : dataset.samples) {
    // Parts point to those that came before them, so that this ends.
    for (auto at = joined_parts.find(sample.part); at != joined_parts.end(); at = joined_parts.find(sample.part))
      sample.part = at->second;
  }
  if (copies > 0) {
    dataset.warnings.push_back(fmt::format(
        "{} pictures are copies of others, byte for byte: each counts as one part with its copies", copies));
  }
  return copies;
}

}  // namespace lineguard::dataset
