#include "data_folders.h"

#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>

namespace lineguard::app {
namespace fs = std::filesystem;
namespace {

std::optional<std::pair<std::uint64_t, std::uint64_t>> identity_of(const fs::path& folder) {
  struct stat found {};
  if (stat(folder.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) return std::nullopt;
  return std::pair<std::uint64_t, std::uint64_t>(found.st_dev, found.st_ino);
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

}  // namespace

fs::path real_place(const fs::path& path) {
  constexpr int kMostLinks = 40;
  std::error_code code;
  fs::path place = fs::absolute(path, code);
  if (!place.has_filename()) place = place.parent_path();  // a trailing slash
  for (int i = 0; i < kMostLinks && fs::is_symlink(fs::symlink_status(place, code)); ++i) {
    const fs::path target = fs::read_symlink(place, code);
    place = target.is_absolute() ? target : place.parent_path() / target;
  }
  return fs::weakly_canonical(place, code);
}

DataFolders::DataFolders(const dataset::Dataset& data) {
  if (!data.named_by_file) add(data.root);
  fs::path last;
  for (const dataset::Sample& sample : data.samples) {
    if (const fs::path folder = folder_of(sample.image); folder != last) add(last = folder);
    if (sample.mask) add(folder_of(*sample.mask));
    if (sample.defect_free_template) add(folder_of(*sample.defect_free_template));
  }
}

void DataFolders::add(const fs::path& folder) {
  if (const auto identity = identity_of(folder)) folders_.insert(*identity);
}

Result<void> DataFolders::refuse_inside(const std::vector<fs::path>& outputs) const {
  for (const fs::path& output : outputs) {
    if (output.empty() || output == "-") continue;
    for (fs::path folder = real_place(output);; folder = folder.parent_path()) {
      const auto identity = identity_of(folder);
      if (identity && folders_.contains(*identity)) {
        return make_error(ErrorCode::invalid_argument,
                          fmt::format("{} would lie in {}, which belongs to the data set, which is only read: name a "
                                      "place outside it",
                                      output.string(), folder.string()));
      }
      if (!folder.has_relative_path()) break;
    }
  }
  return {};
}

}  // namespace lineguard::app
