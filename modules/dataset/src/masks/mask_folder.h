// Folders of masks beside folders of pictures, and which mask belongs to which picture.
#pragma once

#include "files/folder.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

// By the names that sets use: <class>/<stem>_mask.png (MVTec AD), <class>/<stem>.png (VisA, BTAD),
// <class>/<stem>/000.png with several of a picture (MVTec LOCO), or without a folder a class.
class MaskFolders {
 public:
  // Takes in the folders of masks in `folder` (ground_truth/, masks/ …). Errors: those of listing.
  Result<void> add_in(const FolderContent& folder);

  // Gives the samples from `first` on, which stand in the folder of that class, their masks.
  void attach(std::string_view class_folder, std::size_t first, Dataset& dataset);

  // Masks that no picture got: how many, and the first one.
  std::size_t unused() const { return files_.size() - used_; }
  std::string first_unused() const;

 private:
  using Key = std::pair<std::string, std::string>;  // class folder in small letters, stem of the picture
  struct File {
    std::filesystem::path path;
    bool used = false;
  };

  Result<void> add_class(const std::filesystem::path& folder, const std::string& class_name);
  void add_file(const std::filesystem::path& file, const std::string& class_name, const std::string& stem);
  bool take(const Key& key, Sample& sample);

  std::vector<File> files_;
  std::map<Key, std::vector<std::size_t>> by_name_;
  std::size_t used_ = 0;
};

// Says which defective pictures have no mask, where others have one, and which masks have no picture.
void warn_of_masks(const MaskFolders& masks, Dataset& dataset);

}  // namespace lineguard::dataset
