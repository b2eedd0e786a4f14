// Pascal VOC: one .xml a picture with its objects, in Annotations/ (pictures in JPEGImages/, lists of names in
// ImageSets/Main/train.txt …) or beside the pictures. An annotation without objects is a good part; a picture without
// an annotation is not labelled. Sets without annotations may have masks: SegmentationClass/ (picture_masks.h).
#include "labels.h"
#include "layouts/layout.h"
#include "layouts/picture_masks.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <pugixml.hpp>

#include <lineguard/core/files.h>
#include <lineguard/core/text_limits.h>
#include <lineguard/core/words.h>

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

// None where it says none that a picture can have: tools write 0.
std::optional<Size> said_size(const pugi::xml_node& annotation) {
  const pugi::xml_node size = annotation.child("size");
  const Size said{size.child("width").text().as_int(), size.child("height").text().as_int()};
  return said.width_px > 0 && said.height_px > 0 ? std::optional(said) : std::nullopt;
}

// Boxes in no <object> of the annotation, however the tags are written: one that is not read must not make a part good.
// An object's <part> has a box of its own, which is not the object's (VOC 2007 and 2008).
class StrayBoxes : public pugi::xml_tree_walker {
 public:
  bool for_each(pugi::xml_node& node) override {
    const std::string_view parent = node.parent().name();
    count_ += to_lower(node.name()) == "bndbox" && parent != "part" &&
              !(parent == "object" && node.parent().parent() == root_);
    return true;
  }
  explicit StrayBoxes(pugi::xml_node root) : root_(root) {}
  std::size_t count() const { return count_; }

 private:
  pugi::xml_node root_;
  std::size_t count_ = 0;
};

// Sets boxes, their picture's size and label.
void read_annotation(const fs::path& file, Sample& sample, LabelProblems& problems) {
  const auto text = read_text_file(file, limits::kXml.bytes);
  if (!text) return problems.add(file.string(), text.error().message);
  if (const auto fits = check_xml_limits(*text); !fits) return problems.add(file.string(), fits.error().message);
  pugi::xml_document document;
  const auto parsed = document.load_buffer(text->data(), text->size());
  Lines lines(file, *text);
  if (!parsed) return problems.add(lines.place_at(parsed.offset), parsed.description());
  const pugi::xml_node root = document.child("annotation");
  if (!root) return problems.add(lines.place_at(0), "expected <annotation>");
  sample.annotated_size = said_size(root);
  bool whole = true;
  for (const pugi::xml_node& object : root.children("object")) {
    auto box = read_object(object);
    if (box) sample.boxes.push_back(std::move(*box));
    if (!box) problems.add(lines.place_at(object.offset_debug()), box.error().message);
    whole &= box.ok();
  }
  StrayBoxes stray(root);
  document.traverse(stray);
  if (stray.count() > 0) {
    whole = false;
    problems.add(lines.place_at(0),
                 fmt::format("{} that are in no <object> of the <annotation>", count_of(stray.count(), "bndbox")));
  }
  set_class_by_boxes(sample, whole);
}

// A line of a list in ImageSets/Main or ImageSets/Segmentation.
struct Listed {
  Split split = Split::unset;
  std::string line;   // without what is blank at its end
  std::string place;  // "set/ImageSets/Main/train.txt:3"
};

// trainval and class lists name no split.
Result<std::vector<Listed>> read_lists(const fs::path& root, Dataset& dataset) {
  constexpr std::string_view kBlank = " \t\r";
  std::vector<Listed> lists;
  std::error_code code;
  const bool main = fs::is_directory(root / "ImageSets" / "Main", code);
  const fs::path folder = root / "ImageSets" / (main ? "Main" : "Segmentation");
  for (const auto& [name, split] : {std::pair{"train.txt", Split::train}, std::pair{"val.txt", Split::validation},
                                    std::pair{"test.txt", Split::test}}) {
    const fs::path file = folder / name;
    const auto text = read_list_file(file);
    if (!text && text.error().code == ErrorCode::not_found) continue;
    if (!text) return text.error();
    dataset.label_files.push_back(file);
    std::istringstream lines{std::string(without_byte_order_mark(*text))};
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
      ++number;
      line.resize(line.find_last_not_of(kBlank) + 1);
      if (!line.empty()) lists.push_back({split, line, fmt::format("{}:{}", file.string(), number)});
    }
  }
  return lists;
}

// The split of each picture's stem. A name may have blanks; behind it a list may say more.
std::map<std::string, Listed> splits_of(const std::vector<Listed>& lists, const FolderContent& pictures,
                                        LabelProblems& problems) {
  std::set<std::string> stems;
  for (const auto& name : pictures.pictures) stems.insert(fs::path(name).stem().string());
  std::map<std::string, Listed> splits;
  for (const Listed& listed : lists) {
    std::string stem = listed.line;
    if (!stems.contains(stem)) std::istringstream(listed.line) >> stem;
    if (!stems.contains(stem)) {
      problems.add(listed.place, fmt::format("no picture in {} is called {}", pictures.path.string(), listed.line));
      continue;
    }
    const auto [known, is_new] = splits.try_emplace(stem, listed);
    if (!is_new && known->second.split != listed.split)
      problems.add(listed.place, fmt::format("{} stands in {}, too", stem, known->second.place));
  }
  return splits;
}

// Of samples that are there already.
void set_splits(const std::vector<Listed>& lists, Dataset& dataset) {
  FolderContent pictures;
  pictures.path = dataset.root;
  for (const Sample& sample : dataset.samples) pictures.pictures.push_back(sample.image.filename().string());
  const auto splits = splits_of(lists, pictures, dataset.problems);
  for (Sample& sample : dataset.samples) {
    if (const auto found = splits.find(sample.image.stem().string()); found != splits.end())
      sample.split = found->second.split;
  }
}

Result<void> add_folder(const FolderContent& pictures, const fs::path& annotations, const std::vector<Listed>& lists,
                        Dataset& dataset) {
  const auto splits = splits_of(lists, pictures, dataset.problems);
  LINEGUARD_ASSIGN(const FolderContent labels, list_folder(annotations));
  if (auto orphans = name_orphans(labels, ".xml", pictures.pictures); !orphans.empty())
    dataset.warnings.push_back(std::move(orphans));
  std::size_t without = 0;
  for (const auto& name : pictures.pictures) {
    Sample sample;
    sample.image = pictures.path / name;
    const std::string stem = fs::path(name).stem().string();
    if (const auto found = splits.find(stem); found != splits.end()) sample.split = found->second.split;
    const fs::path annotation = annotations / (stem + ".xml");
    std::error_code code;
    if (fs::exists(annotation, code)) {
      sample.source_line = annotation.string();
      dataset.label_files.push_back(annotation);
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
  if (folder.has_folder("Annotations")) {
    const auto inside = list_folder(folder.path / "Annotations");
    if (!inside || !inside->others_with_extension(".xml").empty() || inside->others.empty()) return "Annotations/";
  }
  std::set<fs::path> stems;
  for (const auto& picture : folder.pictures) stems.insert(fs::path(picture).stem());
  for (const auto& name : folder.others_with_extension(".xml")) {
    if (stems.contains(fs::path(name).stem())) return name + " beside its picture";
  }
  return picture_masks_evidence(folder);
}

Result<void> read_voc(const FolderContent& folder, const ReadOptions&, Dataset& dataset) {
  LINEGUARD_ASSIGN(const auto lists, read_lists(folder.path, dataset));
  if (!picture_masks_evidence(folder).empty()) {
    LINEGUARD_TRY(read_picture_masks(folder, dataset));
    set_splits(lists, dataset);
    return {};
  }
  if (!folder.has_folder("Annotations")) return add_folder(folder, folder.path, lists, dataset);
  for (const std::string_view name : {"JPEGImages", "images", "Images"}) {
    if (!folder.has_folder(name)) continue;
    LINEGUARD_ASSIGN(const FolderContent pictures, list_folder(folder.path / name));
    LINEGUARD_TRY(add_folder(pictures, folder.path / "Annotations", lists, dataset));
    return attach_voc_masks(folder, dataset);
  }
  return add_folder(folder, folder.path / "Annotations", lists, dataset);
}

}  // namespace lineguard::dataset
