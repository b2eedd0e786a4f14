// good/ and defective/ (ok/ng, pass/fail and so on, in any case); folders inside defective/ name the class of the
// defect, folders inside these and inside good/ are of the same class. Masks may stand in a folder beside them.
#include "account.h"
#include "labels.h"
#include "layouts/layout.h"
#include "mask_folder.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/files.h>

namespace lineguard::dataset {
namespace {

Result<void> read_defective(const FolderContent& folder, MaskFolders& masks, Dataset& dataset) {
  std::size_t first = dataset.samples.size();
  add_pictures(folder, kDefectiveClass, Split::unset, dataset);
  masks.attach(folder.path.filename().string(), first, dataset);
  for (const auto& class_name : folder.folders) {
    if (is_mask_folder(class_name)) continue;
    LINEGUARD_ASSIGN(const FolderContent pictures, list_folder(folder.path / class_name));
    if (is_good_word(class_name)) {
      return make_error(ErrorCode::invalid_argument,
                        pictures.path.string() + ": a folder of good pictures inside a folder of defective ones");
    }
    first = dataset.samples.size();
    add_pictures_deep(pictures, class_name, Split::unset, dataset);
    masks.attach(class_name, first, dataset);
  }
  return {};
}

bool any_folder(const FolderContent& folder, bool (*matches)(std::string_view)) {
  return std::any_of(folder.folders.begin(), folder.folders.end(), matches);
}

// Beside a folder of good ones alone: folders that may name a class of defects. Those whose names say that nobody has
// looked at their pictures, or that they are of a split, are none.
std::vector<std::string> class_folders(const FolderContent& folder) {
  constexpr std::array<std::string_view, 24> kOther{
      "train",     "training",   "val",        "valid",     "validation", "test",   "testing", "new",
      "unlabeled", "unlabelled", "unknown",    "unsorted",  "raw",        "images", "image",   "pictures",
      "templates", "template",   "references", "reference", "tmp",        "backup", "labels",  "annotations"};
  std::vector<std::string> classes;
  if (!any_folder(folder, is_good_word) || any_folder(folder, is_defective_word)) return classes;
  for (const auto& name : folder.folders) {
    const bool other = std::ranges::find(kOther, to_lower(name)) != kOther.end() || name.ends_with("_template");
    if (other || is_good_word(name) || is_mask_folder(name)) continue;
    const auto inside = list_folder(folder.path / name);
    if (inside && !inside->pictures.empty()) classes.push_back(name);
  }
  return classes;
}

Result<void> read_classes(const FolderContent& folder, const std::vector<std::string>& classes, MaskFolders& masks,
                          Dataset& dataset) {
  for (const auto& name : classes) {
    LINEGUARD_ASSIGN(const FolderContent inside, list_folder(folder.path / name));
    LINEGUARD_TRY(masks.add_in(inside));
    const std::size_t first = dataset.samples.size();
    add_pictures_deep(inside, name, Split::unset, dataset);
    masks.attach(name, first, dataset);
  }
  if (!classes.empty())
    dataset.warnings.push_back(
        fmt::format("folders beside the good pictures are classes of defects: {} (move them out "
                    "of the set where they are none)",
                    fmt::join(classes, ", ")));
  return {};
}

Result<void> read_folders(const FolderContent& folder, Dataset& dataset) {
  MaskFolders masks;
  LINEGUARD_TRY(masks.add_in(folder));
  for (const auto& name : folder.folders) {
    if (!is_good_word(name) && !is_defective_word(name)) continue;
    LINEGUARD_ASSIGN(const FolderContent inside, list_folder(folder.path / name));
    LINEGUARD_TRY(masks.add_in(inside));
    const std::size_t first = dataset.samples.size();
    if (is_good_word(name)) add_pictures_deep(inside, kGoodClass, Split::unset, dataset);
    if (is_normal_word(name)) warn_of_normal(dataset.samples.size() - first, dataset);
    if (is_defective_word(name)) LINEGUARD_TRY(read_defective(inside, masks, dataset));
  }
  LINEGUARD_TRY(read_classes(folder, class_folders(folder), masks, dataset));
  const auto has_mask = [](const Sample& sample) { return sample.mask.has_value(); };
  if (masks.unused() > 0 || std::ranges::any_of(dataset.samples, has_mask)) warn_of_masks(masks, dataset);
  return {};
}

// What a command of ours wrote beside the pictures is no label file.
bool is_own_output(const std::filesystem::path& file) {
  bool own = false;
  const auto look = [&](std::span<const std::byte> block) {
    const auto start = block.first(std::min<std::size_t>(block.size(), 200));
    own = std::string_view(reinterpret_cast<const char*>(start.data()), start.size()).find("\"lineguard.") !=
          std::string_view::npos;
    return false;
  };
  return read_blocks(file, look) && own;
}

std::vector<std::string> label_files_in(const FolderContent& folder, const std::set<std::string>& stems) {
  std::vector<std::string> labels;
  for (const auto& name : folder.others) {
    const std::filesystem::path file(name);
    const std::string extension = to_lower(file.extension().string());
    const bool may_be = extension == ".csv" || extension == ".tsv" || extension == ".json" || extension == ".xml" ||
                        extension == ".yaml" || extension == ".yml" ||
                        (extension == ".txt" && stems.contains(file.stem().string()));
    if (may_be && !(extension == ".json" && is_own_output(folder.path / name))) labels.push_back(name);
  }
  return labels;
}

}  // namespace

std::string good_defective_evidence(const FolderContent& folder) {
  if (any_folder(folder, is_good_word) && any_folder(folder, is_defective_word)) return "good/ and defective/";
  const auto classes = class_folders(folder);
  return classes.empty() ? "" : "good/ and " + classes.front() + "/";
}

Result<void> read_good_defective(const FolderContent& folder, const ReadOptions&, Dataset& dataset) {
  return read_folders(folder, dataset);
}

// Good only: the same folder without defective/, or pictures with no folder at all.

std::string good_only_evidence(const FolderContent& folder) {
  if (any_folder(folder, is_defective_word) || !class_folders(folder).empty()) return "";
  if (any_folder(folder, is_good_word)) return "good/ alone";
  return folder.pictures.empty() ? "" : "pictures directly in the folder";
}

Result<void> read_good_only(const FolderContent& folder, const ReadOptions& options, Dataset& dataset) {
  if (any_folder(folder, is_good_word)) return read_good_defective(folder, options, dataset);
  add_pictures(folder, kGoodClass, Split::unset, dataset);
  return {};
}

std::vector<std::string> unread_label_files(const FolderContent& folder) {
  std::set<std::string> stems{"labels", "classes"};
  for (const auto& picture : folder.pictures) stems.insert(std::filesystem::path(picture).stem().string());
  std::vector<std::string> unread = label_files_in(folder, stems);
  // labels/, annotations/: a folder of one layout or another that did not fit. One file stands for all.
  for (const auto& name : folder.folders) {
    const auto inside = list_folder(folder.path / name);
    if (!inside || !inside->pictures.empty()) continue;
    const auto labels = label_files_in(*inside, stems);
    if (!labels.empty()) unread.push_back(name + "/" + labels.front());
  }
  return unread;
}

}  // namespace lineguard::dataset
