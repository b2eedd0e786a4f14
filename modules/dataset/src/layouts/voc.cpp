// Pascal VOC: one .xml a picture with its objects, in Annotations/ (pictures in JPEGImages/, lists of names in
// ImageSets/Main/train.txt …) or beside the pictures. An annotation without objects is a good part; a picture without
// an annotation is not labelled.
#include "labels.h"
#include "layouts/layout.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <pugixml.hpp>

#include <lineguard/core/files.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

Error problem(std::string_view what) {
  return make_error(ErrorCode::corrupt_data, std::string(what));
}

// Corners are pixels counted from 1 and belong to the box (VOC development kit 2012).
Result<LabelledBox> read_object(const pugi::xml_node& object) {
  LabelledBox labelled;
  labelled.class_name = object.child_value("name");
  if (labelled.class_name.empty()) return problem("the object has no <name>");
  const pugi::xml_node corners = object.child("bndbox");
  std::map<std::string_view, double> at;
  for (const char* name : {"xmin", "ymin", "xmax", "ymax"}) {
    const auto number = parse_number(corners.child_value(name));
    if (!number)
      return problem(fmt::format("bndbox/{}: expected a number, got \"{}\"", name, corners.child_value(name)));
    at[name] = *number;
  }
  labelled.box = {at["xmin"] - 1, at["ymin"] - 1, at["xmax"] - at["xmin"] + 1, at["ymax"] - at["ymin"] + 1};
  if (labelled.box.width <= 0 || labelled.box.height <= 0)
    return problem("bndbox: xmax and ymax must not be below xmin and ymin");
  return labelled;
}

// Lines of places in a file that are asked for in their order: the text is gone through once.
class Lines {
 public:
  Lines(const fs::path& file, std::string_view text) : file_(file), rest_(text), size_(text.size()) {}

  std::string place_at(std::ptrdiff_t offset) {
    const std::size_t seen = size_ - rest_.size(),
                      wanted = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, offset));
    const std::string_view passed = rest_.substr(0, wanted - std::min(wanted, seen));
    line_ += std::count(passed.begin(), passed.end(), '\n');
    rest_.remove_prefix(passed.size());
    return fmt::format("{}:{}", file_.string(), line_);
  }

 private:
  const fs::path& file_;
  std::string_view rest_;
  std::size_t size_;
  std::ptrdiff_t line_ = 1;
};

// Sets boxes and label.
void read_annotation(const fs::path& file, Sample& sample, LabelProblems& problems) {
  const auto text = read_text_file(file);
  if (!text) return problems.add(file.string(), text.error().message);
  pugi::xml_document document;
  const auto parsed = document.load_buffer(text->data(), text->size());
  Lines lines(file, *text);
  if (!parsed) return problems.add(lines.place_at(parsed.offset), parsed.description());
  const pugi::xml_node root = document.child("annotation");
  if (!root) return problems.add(lines.place_at(0), "expected <annotation>");
  bool whole = true;
  for (const pugi::xml_node& object : root.children("object")) {
    auto box = read_object(object);
    if (box) sample.boxes.push_back(std::move(*box));
    if (!box) problems.add(lines.place_at(object.offset_debug()), box.error().message);
    whole &= box.ok();
  }
  set_class_by_boxes(sample, whole);
}

// Which split ImageSets/Main names for a picture's stem; trainval and class lists name none.
Result<std::map<std::string, Split>> read_splits(const fs::path& root) {
  std::map<std::string, Split> splits;
  for (const auto& [name, split] : {std::pair{"train.txt", Split::train}, std::pair{"val.txt", Split::validation},
                                    std::pair{"test.txt", Split::test}}) {
    const fs::path file = root / "ImageSets" / "Main" / name;
    std::error_code code;
    if (!fs::exists(file, code)) continue;
    LINEGUARD_ASSIGN(const std::string text, read_text_file(file));
    std::istringstream words(text);
    for (std::string word; words >> word;) splits[word] = split;
  }
  return splits;
}

Result<void> add_folder(const FolderContent& pictures, const fs::path& annotations,
                        const std::map<std::string, Split>& splits, Dataset& dataset) {
  LINEGUARD_ASSIGN(const FolderContent labels, list_folder(annotations));
  if (auto orphans = name_orphans(labels, ".xml", pictures.pictures); !orphans.empty())
    dataset.warnings.push_back(std::move(orphans));
  std::size_t without = 0;
  for (const auto& name : pictures.pictures) {
    Sample sample;
    sample.image = pictures.path / name;
    const std::string stem = fs::path(name).stem().string();
    if (const auto found = splits.find(stem); found != splits.end()) sample.split = found->second;
    const fs::path annotation = annotations / (stem + ".xml");
    std::error_code code;
    if (fs::exists(annotation, code)) {
      sample.source_line = annotation.string();
      read_annotation(annotation, sample, dataset.problems);
    } else {
      ++without;
    }
    dataset.samples.push_back(std::move(sample));
  }
  if (without > 0) {
    dataset.warnings.push_back(
        fmt::format("{} picture{} no annotation: not labelled. One without objects says that the "
                    "part is good",
                    without, without == 1 ? " has" : "s have"));
  }
  return {};
}

}  // namespace

std::string voc_evidence(const FolderContent& folder) {
  if (folder.has_folder("Annotations")) return "Annotations/";
  std::set<fs::path> stems;
  for (const auto& picture : folder.pictures) stems.insert(fs::path(picture).stem());
  for (const auto& name : folder.others_with_extension(".xml")) {
    if (stems.contains(fs::path(name).stem())) return name + " beside its picture";
  }
  return "";
}

Result<void> read_voc(const FolderContent& folder, Dataset& dataset) {
  LINEGUARD_ASSIGN(const auto splits, read_splits(folder.path));
  if (!folder.has_folder("Annotations")) return add_folder(folder, folder.path, splits, dataset);
  for (const std::string_view name : {"JPEGImages", "images", "Images"}) {
    if (!folder.has_folder(name)) continue;
    LINEGUARD_ASSIGN(const FolderContent pictures, list_folder(folder.path / name));
    return add_folder(pictures, folder.path / "Annotations", splits, dataset);
  }
  return add_folder(folder, folder.path / "Annotations", splits, dataset);
}

}  // namespace lineguard::dataset
