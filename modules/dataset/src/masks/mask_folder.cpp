#include "masks/mask_folder.h"

#include "files/account.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <lineguard/core/words.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

// What tools put behind the picture's name.
std::string without_suffix(const std::string& stem) {
  constexpr std::array<std::string_view, 5> kSuffixes{"_mask", "_gt", "_ground_truth", "_label", "-mask"};
  for (const std::string_view suffix : kSuffixes) {
    if (stem.size() > suffix.size() && to_lower(stem).ends_with(suffix))
      return stem.substr(0, stem.size() - suffix.size());
  }
  return stem;
}

}  // namespace

void MaskFolders::add_file(const fs::path& file, const std::string& class_name, const std::string& stem) {
  by_name_[{class_name, stem}].push_back(files_.size());
  files_.push_back({file});
}

Result<void> MaskFolders::add_class(const fs::path& folder, const std::string& class_name) {
  LINEGUARD_ASSIGN(const FolderContent content, list_folder(folder));
  for (const auto& picture : content.pictures)
    add_file(folder / picture, class_name, without_suffix(fs::path(picture).stem().string()));
  for (const auto& name : content.folders) {
    LINEGUARD_ASSIGN(const FolderContent inside, list_folder(folder / name));
    for (const auto& picture : inside.pictures) add_file(inside.path / picture, class_name, name);
  }
  return {};
}

Result<void> MaskFolders::add_in(const FolderContent& folder) {
  for (const auto& name : folder.folders) {
    if (!is_mask_folder(name)) continue;
    LINEGUARD_ASSIGN(const FolderContent masks, list_folder(folder.path / name));
    for (const auto& picture : masks.pictures)
      add_file(masks.path / picture, "", without_suffix(fs::path(picture).stem().string()));
    for (const auto& class_name : masks.folders)
      LINEGUARD_TRY(add_class(masks.path / class_name, to_lower(class_name)));
  }
  return {};
}

bool MaskFolders::take(const Key& key, Sample& sample) {
  const auto found = by_name_.find(key);
  if (found == by_name_.end()) return false;
  bool taken = false;
  for (const std::size_t i : found->second) {
    if (std::exchange(files_[i].used, true)) continue;
    ++used_;
    taken = true;
    if (sample.mask)
      sample.more_masks.push_back(files_[i].path);
    else
      sample.mask = files_[i].path;
  }
  return taken;
}

void MaskFolders::attach(std::string_view class_folder, std::size_t first, Dataset& dataset) {
  const std::string class_name = to_lower(class_folder);
  for (std::size_t i = first; i < dataset.samples.size(); ++i) {
    Sample& sample = dataset.samples[i];
    const std::string stem = sample.image.stem().string();
    if (!take({class_name, stem}, sample)) take({"", stem}, sample);
  }
}

std::string MaskFolders::first_unused() const {
  const auto found = std::ranges::find(files_, false, &File::used);
  return found == files_.end() ? "" : found->path.filename().string();
}

void warn_of_masks(const MaskFolders& masks, Dataset& dataset) {
  const auto missing = std::ranges::count_if(
      dataset.samples, [](const Sample& sample) { return sample.label == Label::defective && !sample.mask; });
  if (missing > 0) {
    dataset.warnings.push_back(
        fmt::format("{} defective picture{} no mask: the place of the defect is not evaluated there", missing,
                    missing == 1 ? " has" : "s have"));
  }
  if (const std::size_t unused = masks.unused(); unused > 0) {
    dataset.warnings.push_back(fmt::format("{} mask{} in ground_truth/ belong{} to no picture, the first is {}", unused,
                                           unused == 1 ? "" : "s", unused == 1 ? "s" : "", masks.first_unused()));
  }
}

}  // namespace lineguard::dataset
