// The internal table of layouts: how each is recognised and read. One source file a layout.
#pragma once

#include "folder.h"
#include "picture_finder.h"

#include <span>
#include <string>
#include <string_view>

#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

struct LayoutReader {
  Layout layout;
  std::string_view option_name;  // what --layout takes
  std::string_view title;
  std::string_view expected;  // its shape, for messages
  // What in the folder speaks for this layout ("train/good/"); empty: nothing.
  std::string (*evidence)(const FolderContent& folder);
  // Fills samples and warnings; parts may stay empty.
  Result<void> (*read)(const FolderContent& folder, const ReadOptions& options, Dataset& dataset);
};

// Those that bring labels first; good_only, which is what is left when nothing else fits, is the last.
std::span<const LayoutReader> layout_table();
const LayoutReader& reader_of(Layout layout);

std::string mvtec_evidence(const FolderContent& folder);
Result<void> read_mvtec(const FolderContent& folder, const ReadOptions& options, Dataset& dataset);
std::string good_defective_evidence(const FolderContent& folder);
Result<void> read_good_defective(const FolderContent& folder, const ReadOptions& options, Dataset& dataset);
std::string good_only_evidence(const FolderContent& folder);
Result<void> read_good_only(const FolderContent& folder, const ReadOptions& options, Dataset& dataset);
// Files that look like labels beside pictures that were read as good ones: of a layout that could not read them, if
// any.
std::vector<std::string> unread_label_files(const FolderContent& folder);
std::string csv_evidence(const FolderContent& folder);
// What keeps .csv files from being a list of pictures, each behind "; "; empty: there are none.
std::string why_no_csv(const FolderContent& folder);
Result<void> read_csv_in_folder(const FolderContent& folder, const ReadOptions& options, Dataset& dataset);
Result<void> read_csv_file(const std::filesystem::path& file, Dataset& dataset);
std::string coco_evidence(const FolderContent& folder);
Result<void> read_coco(const FolderContent& folder, const ReadOptions& options, Dataset& dataset);
std::string yolo_evidence(const FolderContent& folder);
Result<void> read_yolo(const FolderContent& folder, const ReadOptions& options, Dataset& dataset);
std::string labelme_evidence(const FolderContent& folder);
Result<void> read_labelme(const FolderContent& folder, const ReadOptions& options, Dataset& dataset);
std::string via_evidence(const FolderContent& folder);
Result<void> read_via(const FolderContent& folder, const ReadOptions& options, Dataset& dataset);
std::string cvat_evidence(const FolderContent& folder);
Result<void> read_cvat(const FolderContent& folder, const ReadOptions& options, Dataset& dataset);
std::string visa_evidence(const FolderContent& folder);
Result<void> read_visa(const FolderContent& folder, const ReadOptions& options, Dataset& dataset);
std::string voc_evidence(const FolderContent& folder);
Result<void> read_voc(const FolderContent& folder, const ReadOptions& options, Dataset& dataset);

// One sample for each picture of `folder`, all of class `class_name`.
void add_pictures(const FolderContent& folder, std::string_view class_name, Split split, Dataset& dataset);

// The same with the folders in it, but for those that say something else: masks, or good and defective words.
void add_pictures_deep(const FolderContent& folder, std::string_view class_name, Split split, Dataset& dataset);

// Says that `count` pictures are good ones because they are called normal, which could be a class as well.
void warn_of_normal(std::size_t count, Dataset& dataset);

// Says that files were found in other folders than the labels write.
void warn_of_elsewhere(const PictureFinder& finder, Dataset& dataset);

}  // namespace lineguard::dataset
