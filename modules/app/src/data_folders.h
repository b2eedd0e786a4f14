// The folders of a data set, so that nothing is written into them, whatever way their names are written: by links,
// "..", another mount or another case.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <utility>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::app {

class DataFolders {
 public:
  DataFolders() = default;
  // The set's folder; of a CSV file instead, which may stand beside anything, those that hold what it names. Pictures,
  // masks and templates may lie elsewhere: their folders belong to it, too.
  explicit DataFolders(const dataset::Dataset& data);

  void add(const std::filesystem::path& folder);  // with all that is in it

  // invalid_argument where one of the files and folders (those that are named: not empty) would lie in one of these.
  Result<void> refuse_inside(const std::vector<std::filesystem::path>& outputs) const;

 private:
  using Identity = std::pair<std::uint64_t, std::uint64_t>;  // device and number there: one folder, however it is named
  std::set<Identity> folders_;
};

// `path` where it really is, links followed to their ends, also of what is not there yet.
std::filesystem::path real_place(const std::filesystem::path& path);

}  // namespace lineguard::app
