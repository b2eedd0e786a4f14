#include "layouts/layout.h"

#include "account.h"
#include "labels.h"

#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <lineguard/core/words.h>

namespace lineguard::dataset {
namespace {

constexpr std::array<LayoutReader, 11> kLayouts{{
    {Layout::mvtec, "mvtec", "MVTec AD", "train/good/, test/<class>/, ground_truth/<class>/*_mask.png", mvtec_evidence,
     read_mvtec},
    {Layout::good_defective, "good-defective", "good and defective folders",
     "good/ and defective/ (or ok/ng, pass/fail, normal/anomaly …)", good_defective_evidence, read_good_defective},
    {Layout::csv, "csv", "CSV", "a .csv file with the columns image,label", csv_evidence, read_csv_in_folder},
    {Layout::coco, "coco", "COCO", "<name>.json with its pictures in <name>/ or beside it", coco_evidence, read_coco},
    {Layout::yolo, "yolo", "YOLO",
     "images/ and labels/, or train/images/ and train/labels/, or .txt beside the pictures; names in .yaml or "
     "classes.txt",
     yolo_evidence, read_yolo},
    {Layout::voc, "voc", "Pascal VOC",
     "Annotations/*.xml, or .xml files beside the pictures; or images/ and masks/ (SegmentationClass/)", voc_evidence,
     read_voc},
    {Layout::labelme, "labelme", "LabelMe", "a .json file beside each picture, with \"shapes\"", labelme_evidence,
     read_labelme},
    {Layout::via, "via", "VGG Image Annotator", "its project or its annotations as .json, beside the pictures",
     via_evidence, read_via},
    {Layout::cvat, "cvat", "CVAT for images", "annotations.xml with its pictures in images/ or beside it",
     cvat_evidence, read_cvat},
    {Layout::visa, "visa", "VisA", "Data/Images/Normal/, Data/Images/Anomaly/, Data/Masks/Anomaly/", visa_evidence,
     read_visa},
    {Layout::good_only, "good-only", "good pictures only", "pictures of good parts, in the folder or in good/",
     good_only_evidence, read_good_only},
}};

}  // namespace

std::span<const LayoutReader> layout_table() {
  return kLayouts;
}

const LayoutReader& reader_of(Layout layout) {
  for (const auto& reader : kLayouts) {
    if (reader.layout == layout) return reader;
  }
  check_failed("layout is in the table", "every layout has a reader", __FILE__, __LINE__);
}

std::string_view to_string(Layout layout) {
  return reader_of(layout).title;
}

std::string_view layout_name(Layout layout) {
  return reader_of(layout).option_name;
}

Result<Layout> layout_from_name(std::string_view name) {
  std::string names;
  for (const auto& reader : kLayouts) {
    if (reader.option_name == name) return reader.layout;
    names += (names.empty() ? "" : ", ") + std::string(reader.option_name);
  }
  return make_error(ErrorCode::invalid_argument, fmt::format("there is no layout \"{}\"; known: {}", name, names));
}

void add_pictures(const FolderContent& folder, std::string_view class_name, Split split, Dataset& dataset) {
  for (const auto& picture : folder.pictures) {
    Sample sample;
    sample.image = folder.path / picture;
    sample.split = split;
    set_class(sample, class_name);
    dataset.samples.push_back(std::move(sample));
  }
}

void add_pictures_deep(const FolderContent& folder, std::string_view class_name, Split split, Dataset& dataset) {
  constexpr std::size_t kDeepest = 8;  // a loop of links ends
  std::vector<std::pair<FolderContent, std::size_t>> open{{folder, 0}};
  while (!open.empty()) {
    const auto [content, depth] = std::move(open.back());
    open.pop_back();
    add_pictures(content, class_name, split, dataset);
    for (const auto& name : content.folders) {
      const bool says_more = is_mask_folder(name) || is_good_word(name) || is_defective_word(name);
      if (says_more || depth == kDeepest) continue;
      if (auto inside = list_folder(content.path / name)) open.emplace_back(std::move(*inside), depth + 1);
    }
  }
}

void warn_of_normal(std::size_t count, Dataset& dataset) {
  if (count == 0) return;
  dataset.warnings.push_back(
      fmt::format("{} called \"normal\", which counts as good: rename it where it is the name of a defect",
                  count == 1 ? "1 picture is" : fmt::format("{} pictures are", count)));
}

void warn_of_elsewhere(const PictureFinder& finder, Dataset& dataset) {
  if (finder.found_elsewhere() == 0) return;
  dataset.warnings.push_back(fmt::format("{} found by name in another folder than the labels write",
                                         count_of(finder.found_elsewhere(), "file")));
}

}  // namespace lineguard::dataset
