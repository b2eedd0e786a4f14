#include <algorithm>
#include <filesystem>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/words.h>
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

// Sets of parts that are one (Galler and Fischer 1964), each known by one of its members.
class JoinedParts {
 public:
  std::string one_of(std::string part) const {
    for (auto at = points_to_.find(part); at != points_to_.end(); at = points_to_.find(part)) part = at->second;
    return part;
  }
  void join(const std::string& first, const std::string& other) {
    const std::string a = one_of(first), b = one_of(other);
    if (a != b) points_to_[b] = a;
  }

 private:
  std::unordered_map<std::string, std::string> points_to_;
};

}  // namespace

std::size_t join_copies(Dataset& dataset) {
  std::unordered_map<std::string, std::string> part_of;  // by content
  JoinedParts joined;
  std::size_t copies = 0;
  for (const Sample* sample : of_equal_size(dataset)) {
    const auto digest = sha256_hex_of_file(sample->image);
    if (!digest) continue;
    const auto [first, is_new] = part_of.emplace(*digest, sample->part);
    if (is_new) continue;
    ++copies;
    joined.join(first->second, sample->part);
  }
  for (Sample& sample : dataset.samples) sample.part = joined.one_of(std::move(sample.part));
  if (copies > 0) {
    dataset.warnings.push_back(
        fmt::format("{} of others, byte for byte: each counts as one part with its copies",
                    copies == 1 ? "1 picture is a copy" : fmt::format("{} pictures are copies", copies)));
  }
  return copies;
}

}  // namespace lineguard::dataset
