#include "outside_digest.h"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/files.h>
#include <lineguard/core/limits.h>
#include <lineguard/core/words.h>

namespace lineguard::package {

DiskWatch::DiskWatch(const PackageContents& contents, const std::string& operating_point)
    : folder_(contents.folder), operating_point_file_("operating_points/" + operating_point + ".toml") {
  for (const auto& [name, bytes] : contents.files) {
    if (outside_digest(name) && name != operating_point_file_) continue;
    known_[name] = {contents.stamps.find(name)->second, digest_of_file(name, *bytes)};
  }
}

std::string DiskWatch::find_change() {
  std::vector<std::string> changes;
  for (auto& [name, known] : known_) {
    const FileStamp now = stamp_of(folder_ / name);
    if (now == known.stamp) continue;
    const auto bytes = read_file(folder_ / name, limits::kPackageBytes);
    if (bytes && digest_of_file(name, *bytes) == known.digest) {
      known.stamp = now;  // touched, or copied over itself
      continue;
    }
    const std::string what = bytes ? "is another" : "can't be read any more";
    changes.push_back(fmt::format("\"{}\" {}", on_one_line(name, 80), what));
  }
  return fmt::format("{}", fmt::join(changes, ", "));
}

}  // namespace lineguard::package
