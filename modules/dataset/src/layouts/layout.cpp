#include "layouts/layout.h"

#include "labels.h"

#include <array>

#include <fmt/format.h>

namespace lineguard::dataset {
namespace {

constexpr std::array<LayoutReader, 7> kLayouts{{
    {Layout::mvtec, "mvtec", "MVTec AD", "train/good/, test/<class>/, ground_truth/<class>/*_mask.png", mvtec_evidence,
     read_mvtec},
    {Layout::good_defective, "good-defective", "good and defective folders",
     "good/ and defective/ (or ok/ng, pass/fail)", good_defective_evidence, read_good_defective},
    {Layout::csv, "csv", "CSV", "a .csv file with the columns image,label", csv_evidence, read_csv_in_folder},
    {Layout::coco, "coco", "COCO", "<name>.json with its pictures in <name>/ or beside it", coco_evidence, read_coco},
    {Layout::yolo, "yolo", "YOLO",
     "images/ and labels/, or train/images/ and train/labels/; class names in a .yaml file", yolo_evidence, read_yolo},
    {Layout::voc, "voc", "Pascal VOC", "Annotations/*.xml, or .xml files beside the pictures", voc_evidence, read_voc},
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

void warn_of_ignored(std::size_t pictures, std::string_view where, Dataset& dataset) {
  if (pictures == 0) return;
  dataset.warnings.push_back(fmt::format("{} picture{} {} {} ignored: the layout {} does not look there", pictures,
                                         pictures == 1 ? "" : "s", where, pictures == 1 ? "is" : "are",
                                         to_string(dataset.layout)));
}

}  // namespace lineguard::dataset
