// MVTec AD and the sets after it: train/good, test/<class>, ground_truth/<class>/<stem>_mask.png. MVTec AD 2 keeps its
// masks in test_public/ground_truth/ and has test pictures without labels (test_private/); MVTec LOCO has several masks
// a picture; BTAD and VisA name masks as their pictures. Names in any case.
#include "files/account.h"
#include "labels.h"
#include "layouts/layout.h"
#include "masks/mask_folder.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::pair<std::string_view, Split>, 9> kSplitFolders{{{"train", Split::train},
                                                                           {"training", Split::train},
                                                                           {"validation", Split::validation},
                                                                           {"val", Split::validation},
                                                                           {"valid", Split::validation},
                                                                           {"test", Split::test},
                                                                           {"testing", Split::test},
                                                                           {"test_public", Split::test},
                                                                           {"test_private", Split::test}}};

// unset: a folder of another kind.
Split split_of_folder(std::string_view name) {
  const std::string lower = to_lower(name);
  if (lower == "test_private_mixed") return Split::test;
  const auto found = std::ranges::find(kSplitFolders, lower, &std::pair<std::string_view, Split>::first);
  return found == kSplitFolders.end() ? Split::unset : found->second;
}

bool is_unlabelled_folder(std::string_view name) {
  return to_lower(name).starts_with("test_private");
}

bool has_good_folder(const fs::path& folder) {
  const auto content = list_folder(folder);
  return content && std::ranges::any_of(content->folders, is_good_word);
}

void add_unlabelled(const FolderContent& folder, Split split, Dataset& dataset) {
  for (const auto& picture : folder.pictures) {
    Sample sample;
    sample.image = folder.path / picture;
    sample.split = split;
    dataset.samples.push_back(std::move(sample));
  }
}

Result<void> read_split(const FolderContent& folder, Split split, MaskFolders& masks, Dataset& dataset) {
  for (const auto& class_folder : folder.folders) {
    if (is_mask_folder(class_folder)) continue;
    LINEGUARD_ASSIGN(const FolderContent pictures, list_folder(folder.path / class_folder));
    const std::size_t first = dataset.samples.size();
    add_pictures_deep(pictures, class_folder, split, dataset);
    // Training pictures have none; their file names may well be those of test pictures.
    if (split != Split::train) masks.attach(class_folder, first, dataset);
  }
  return {};
}

}  // namespace

std::string mvtec_evidence(const FolderContent& folder) {
  for (const auto& name : folder.folders) {
    if (split_of_folder(name) == Split::train && has_good_folder(folder.path / name)) return name + "/good/";
  }
  return "";
}

Result<void> read_mvtec(const FolderContent& folder, const ReadOptions&, Dataset& dataset) {
  MaskFolders masks;
  LINEGUARD_TRY(masks.add_in(folder));
  std::vector<std::pair<FolderContent, Split>> splits;
  for (const auto& name : folder.folders) {
    const Split split = split_of_folder(name);
    if (split == Split::unset) continue;
    LINEGUARD_ASSIGN(FolderContent content, list_folder(folder.path / name));
    LINEGUARD_TRY(masks.add_in(content));
    if (is_unlabelled_folder(name)) add_unlabelled(content, split, dataset);
    splits.emplace_back(std::move(content), split);
  }
  for (const auto& [content, split] : splits) LINEGUARD_TRY(read_split(content, split, masks, dataset));
  warn_of_masks(masks, dataset);
  return {};
}

}  // namespace lineguard::dataset
