// Finds the files that labels name, as tools and systems of all kinds write their names.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace lineguard::dataset {

// A name as this system writes it: without file:// and Label Studio's own prefix, percent signs decoded there, and /
// where a name has \ and no /. What is plain comes back as it is.
std::string plain_name(std::string_view name);

// Not thread-safe.
class PictureFinder {
 public:
  // Looked into in this order; names are relative to them.
  explicit PictureFinder(std::vector<std::filesystem::path> folders) : folders_(std::move(folders)) {}

  struct Found {
    std::filesystem::path file;
    std::filesystem::path folder, inside;  // file = folder / inside
    bool exists = false;                   // false: where it was expected first
  };
  // Also with accents composed or taken apart (NFC, NFD), and under the name without its first folders where no other
  // name was found there: annotations are often made in another folder than they are used in.
  Found find(std::string_view name);
  // How many were found without their first folders.
  std::size_t found_elsewhere() const { return found_elsewhere_.size(); }

 private:
  bool try_name(const std::string& name, Found& found) const;

  std::vector<std::filesystem::path> folders_;
  std::unordered_set<std::string> found_elsewhere_;  // without their first folders
  mutable std::size_t last_ = 0;                     // the folder where the last one was
};

}  // namespace lineguard::dataset
