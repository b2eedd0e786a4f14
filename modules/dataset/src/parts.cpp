#include "parts.h"

#include <algorithm>
#include <set>

// GCC 12 takes libstdc++'s own <regex> for reading what is not set, under the sanitizers only.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <regex>

#include <fmt/format.h>

namespace lineguard::dataset {
namespace {

bool stems_are_unique(const std::vector<Sample*>& samples) {
  std::set<std::string> stems;
  return std::all_of(samples.begin(), samples.end(),
                     [&](const Sample* sample) { return stems.insert(sample->image.stem().string()).second; });
}

}  // namespace

Result<void> name_parts_by_pattern(const std::string& pattern, Dataset& dataset) {
  // std::regex goes a level deeper for each character: beyond some ten thousand it runs out of stack.
  constexpr std::size_t kLongestPattern = 1000, kLongestName = 255;
  if (pattern.size() > kLongestPattern)
    return make_error(ErrorCode::invalid_config, fmt::format("the part pattern has {} characters, allowed are {}",
                                                             pattern.size(), kLongestPattern));
  std::size_t unmatched = 0;
  try {
    const std::regex expression(pattern);
    for (auto& sample : dataset.samples) {
      const std::string file_name = sample.image.filename().string();
      std::smatch match;
      if (file_name.size() <= kLongestName && std::regex_search(file_name, match, expression)) {
        sample.part = match.size() > 1 && match[1].matched ? match[1].str() : match[0].str();
      } else {
        ++unmatched;
      }
    }
  } catch (const std::regex_error& error) {
    return make_error(ErrorCode::invalid_config,
                      fmt::format("part pattern \"{}\" is no regular expression: {}", pattern, error.what()));
  }
  if (unmatched > 0) {
    dataset.warnings.push_back(fmt::format("{} of {} file names do not match the part pattern \"{}\"", unmatched,
                                           dataset.samples.size(), pattern));
  }
  return {};
}

void name_parts_by_file(Dataset& dataset) {
  std::vector<Sample*> unnamed;
  for (auto& sample : dataset.samples) {
    if (sample.part.empty()) unnamed.push_back(&sample);
  }
  if (unnamed.empty()) return;
  const bool by_stem = unnamed.size() == dataset.samples.size() && stems_are_unique(unnamed);
  for (Sample* sample : unnamed) sample->part = by_stem ? sample->image.stem().string() : sample->name;
  dataset.warnings.push_back(
      fmt::format("nothing names the part of {} picture{}: one file is taken as one part (--part-pattern helps)",
                  unnamed.size(), unnamed.size() == 1 ? "" : "s"));
}

}  // namespace lineguard::dataset
