// MVTec AD: train/good, test/<class>, ground_truth/<class>/<stem>_mask.png; validation/ as in its successors.
#include "labels.h"
#include "layouts/layout.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kMaskFolder = "ground_truth";
constexpr std::array<std::pair<std::string_view, Split>, 4> kSplitFolders{
    {{"train", Split::train}, {"validation", Split::validation}, {"val", Split::validation}, {"test", Split::test}}};

bool has_good_folder(const fs::path& folder) {
  const auto content = list_folder(folder);
  return content && std::any_of(content->folders.begin(), content->folders.end(), is_good_word);
}

using MaskSet = std::set<fs::path>;

Result<MaskSet> list_masks(const FolderContent& root) {
  MaskSet masks;
  if (!root.has_folder(kMaskFolder)) return masks;
  LINEGUARD_ASSIGN(const FolderContent classes, list_folder(root.path / kMaskFolder));
  for (const auto& name : classes.folders) {
    LINEGUARD_ASSIGN(const FolderContent folder, list_folder(classes.path / name));
    for (const auto& picture : folder.pictures) masks.insert(folder.path / picture);
  }
  return masks;
}

// Gives each sample of `folder` its mask and takes that one out of `unused`.
void attach_masks(const FolderContent& root, std::string_view class_folder, std::size_t first, MaskSet& unused,
                  Dataset& dataset) {
  for (std::size_t i = first; i < dataset.samples.size(); ++i) {
    Sample& sample = dataset.samples[i];
    const fs::path mask = root.path / kMaskFolder / class_folder / (sample.image.stem().string() + "_mask.png");
    const auto found = unused.find(mask);
    if (found == unused.end()) continue;
    sample.mask = *found;
    unused.erase(found);
  }
}

Result<void> read_split(const FolderContent& root, std::string_view folder_name, Split split, MaskSet& unused,
                        Dataset& dataset) {
  LINEGUARD_ASSIGN(const FolderContent classes, list_folder(root.path / folder_name));
  warn_of_ignored(classes.pictures.size(), fmt::format("directly in {}/", folder_name), dataset);
  for (const auto& class_folder : classes.folders) {
    LINEGUARD_ASSIGN(const FolderContent folder, list_folder(classes.path / class_folder));
    const std::size_t first = dataset.samples.size();
    add_pictures(folder, class_folder, split, dataset);
    // Training pictures have none; their file names may well be those of test pictures.
    if (split != Split::train) attach_masks(root, class_folder, first, unused, dataset);
  }
  return {};
}

void warn_of_masks(const MaskSet& unused, Dataset& dataset) {
  const auto missing = std::count_if(dataset.samples.begin(), dataset.samples.end(), [](const Sample& sample) {
    return sample.label == Label::defective && !sample.mask;
  });
  if (missing > 0) {
    dataset.warnings.push_back(
        fmt::format("{} defective picture{} no mask: the place of the defect is not evaluated there", missing,
                    missing == 1 ? " has" : "s have"));
  }
  if (!unused.empty()) {
    dataset.warnings.push_back(fmt::format("{} mask{} in ground_truth/ belong{} to no picture, the first is {}",
                                           unused.size(), unused.size() == 1 ? "" : "s", unused.size() == 1 ? "s" : "",
                                           unused.begin()->filename().string()));
  }
}

}  // namespace

std::string mvtec_evidence(const FolderContent& folder) {
  return folder.has_folder("train") && has_good_folder(folder.path / "train") ? "train/good/" : "";
}

Result<void> read_mvtec(const FolderContent& folder, Dataset& dataset) {
  LINEGUARD_ASSIGN(MaskSet unused, list_masks(folder));
  for (const auto& [name, split] : kSplitFolders) {
    if (folder.has_folder(name)) LINEGUARD_TRY(read_split(folder, name, split, unused, dataset));
  }
  warn_of_ignored(folder.pictures.size(), "beside train/", dataset);
  warn_of_masks(unused, dataset);
  return {};
}

}  // namespace lineguard::dataset
