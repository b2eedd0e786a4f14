// YOLO: pictures in images/, one .txt of the same name in labels/ with a line a box or polygon, as fractions of the
// picture. Either images/<split>/ and labels/<split>/ or <split>/images/ and <split>/labels/ (Ultralytics, Roboflow,
// Label Studio), or .txt files beside their pictures with classes.txt or obj.names (Darknet, CVAT). An empty label file
// is a good part; a picture without one is not labelled, for nobody knows whether it was looked at.
#include "csv.h"
#include "labels.h"
#include "layouts/layout.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <lineguard/core/files.h>
#include <lineguard/core/text_limits.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

constexpr double kRounding = 0.001;  // labelling tools write 1.0000004

using Names = std::vector<std::string>;

// Nothing where it can't be read, or not within the limits: then there is a problem more.
std::optional<YAML::Node> read_yaml(const fs::path& file, LabelProblems& problems) {
  const auto text = read_text_file(file, limits::kYaml.bytes);
  const auto fits = text ? check_yaml_limits(*text) : text.error();
  if (!fits) return problems.add(file.string(), fits.error().message), std::nullopt;
  try {
    return YAML::Load(*text);
  } catch (const YAML::Exception& error) {
    problems.add(fmt::format("{}:{}", file.string(), error.mark.line + 1), error.msg);
    return std::nullopt;
  }
}

// Whether the file has the key `names` at its top; one that is too large or can't be read as YAML may have it.
bool may_name_classes(const fs::path& file) {
  const auto text = read_text_file(file, limits::kYaml.bytes);
  if (!text && text.error().code == ErrorCode::too_large) return true;
  if (!text || text->find("names") == std::string::npos) return false;
  LabelProblems ignored;
  const auto root = read_yaml(file, ignored);
  return !root || (root->IsMap() && (*root)["names"].IsDefined());
}

// The .yaml file that names classes; empty: none does.
std::string class_file(const FolderContent& folder) {
  for (const std::string_view extension : {".yaml", ".yml"}) {
    for (const auto& name : folder.others_with_extension(extension)) {
      if (may_name_classes(folder.path / name)) return name;
    }
  }
  return "";
}

// classes.txt, obj.names and the like: a name a line. Empty: there is none.
fs::path class_list(const FolderContent& folder) {
  for (const auto& name : folder.others) {
    const std::string lower = to_lower(name);
    if (lower == "classes.txt" || lower.ends_with(".names")) return folder.path / name;
  }
  for (const auto& name : folder.folders) {
    std::error_code code;
    if (const fs::path file = folder.path / name / "classes.txt"; fs::exists(file, code)) return file;
  }
  return {};
}

Names read_class_list(const fs::path& file, Dataset& dataset) {
  dataset.label_files.push_back(file);
  const auto text = read_list_file(file);
  if (!text) return dataset.problems.add(file.string(), text.error().message), Names{};
  Names names;
  std::istringstream lines{std::string(without_byte_order_mark(*text))};
  for (std::string line; std::getline(lines, line);) names.emplace_back(trim(line));
  while (!names.empty() && names.back().empty()) names.pop_back();
  return names;
}

// names: [a, b] or {0: a, 1: b}. Without them classes are called by their numbers.
Names read_names(const FolderContent& folder, Dataset& dataset) {
  LabelProblems& problems = dataset.problems;
  const std::string file = class_file(folder);
  if (file.empty()) {
    const fs::path list = class_list(folder);
    return list.empty() ? Names{} : read_class_list(list, dataset);
  }
  const std::string path = (folder.path / file).string();
  dataset.label_files.emplace_back(path);
  const auto root = read_yaml(path, problems);
  if (!root) return {};
  try {
    const YAML::Node list = (*root)["names"];
    Names names;
    if (!list.IsSequence() && !list.IsMap())
      return problems.add(path, "names: expected a list, [dent, scratch], or {0: dent, 1: scratch}"), names;
    for (const auto& entry : list) {
      if (list.IsSequence()) {
        names.push_back(entry.as<std::string>());
        continue;
      }
      const auto number = entry.first.as<std::size_t>();
      if (number > 10'000) {
        problems.add(path, fmt::format("names: {}: expected a class number up to 10000", number));
        continue;
      }
      names.resize(std::max(names.size(), number + 1));
      names[number] = entry.second.as<std::string>();
    }
    return names;
  } catch (const YAML::Exception& error) {
    return problems.add(fmt::format("{}:{}", path, error.mark.line + 1), error.msg), Names{};
  }
}

// One label file. Every problem names file and line.
class LabelFile {
 public:
  LabelFile(const fs::path& file, Size picture, const Names& names) : file_(file), picture_(picture), names_(names) {}

  // Sets boxes and label.
  void read(Sample& sample, LabelProblems& problems) const {
    const auto text = read_list_file(file_);
    if (!text) return problems.add(file_.string(), text.error().message);
    std::istringstream lines{std::string(without_byte_order_mark(*text))};
    std::string line;
    bool whole = true;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
      std::istringstream words(line);
      const std::vector<std::string> fields{std::istream_iterator<std::string>(words), {}};
      if (fields.empty()) continue;
      auto box = read_line(fields);
      if (box) sample.boxes.push_back(std::move(*box));
      if (!box) problems.add(fmt::format("{}:{}", file_.string(), number), box.error().message);
      whole &= box.ok();
    }
    set_class_by_boxes(sample, whole);
  }

 private:
  static Error problem(std::string_view what) { return make_error(ErrorCode::corrupt_data, std::string(what)); }

  Result<LabelledBox> read_line(const std::vector<std::string>& fields) const {
    std::vector<double> numbers;
    for (const auto& field : fields) {
      const auto number = parse_number(field);
      if (!number)
        return problem(fmt::format("\"{}\" is not a number: expected fractions with a decimal point, as 0.25", field));
      numbers.push_back(*number);
    }
    const bool polygon = numbers.size() >= 7 && numbers.size() % 2 == 1;
    if (!polygon && numbers.size() != 5) {
      return problem("expected \"class x y width height\" (centre and size) or \"class x1 y1 x2 y2 x3 y3 …\"");
    }
    const double number = numbers.front();
    if (number < 0 || number > 10'000 || number != static_cast<int>(number))
      return problem(fmt::format("\"{}\" is no class number", fields.front()));
    numbers.erase(numbers.begin());
    if (!std::ranges::all_of(numbers, [](double n) { return n >= -kRounding && n <= 1 + kRounding; }))
      return problem("expected fractions of the picture, 0 to 1");
    LabelledBox box = polygon ? polygon_of(numbers) : box_of(numbers);
    LINEGUARD_ASSIGN(box.class_name, name_of(static_cast<std::size_t>(number)));
    return box;
  }

  Result<std::string> name_of(std::size_t number) const {
    if (names_.empty()) return fmt::format("class {}", number);
    if (number < names_.size() && !names_[number].empty()) return names_[number];
    return problem(fmt::format("class {} has no name in the list of classes, which names {}", number, names_.size()));
  }

  LabelledBox box_of(const std::vector<double>& n) const {
    const double width = n[2] * picture_.width_px, height = n[3] * picture_.height_px;
    return {{n[0] * picture_.width_px - width / 2, n[1] * picture_.height_px - height / 2, width, height}, "", {}};
  }

  LabelledBox polygon_of(const std::vector<double>& n) const {
    const Outline outline = outline_of(n, picture_.width_px, picture_.height_px);
    return {box_around(outline), "", {outline}};
  }

  const fs::path& file_;
  const Size picture_;
  const Names& names_;
};

// Pictures and where their labels stand.
struct Place {
  fs::path pictures, labels;
  Split split = Split::unset;
};

bool is_folder(const fs::path& path) {
  std::error_code code;
  return fs::is_directory(path, code);
}

// As it is called there, in any case; empty: there is none.
std::string folder_called(const FolderContent& folder, std::string_view name) {
  const auto found = std::ranges::find(folder.folders, name, [](const std::string& other) { return to_lower(other); });
  return found == folder.folders.end() ? "" : *found;
}

void add_pair(const FolderContent& folder, std::string_view split, std::vector<Place>& places) {
  const std::string images = folder_called(folder, "images"), labels = folder_called(folder, "labels");
  if (images.empty() || labels.empty()) return;
  places.push_back({folder.path / images, folder.path / labels, split_named(split)});
  const auto inner = list_folder(folder.path / images);
  for (const auto& name : inner ? inner->folders : std::vector<std::string>{}) {
    if (const fs::path inside = folder.path / labels / name; is_folder(inside))
      places.push_back({inner->path / name, inside, split_named(name)});
  }
}

// Pictures with a .txt of the same name beside them.
bool has_labels_beside(const FolderContent& folder) {
  std::set<std::string> stems;
  for (const auto& name : folder.others_with_extension(".txt")) stems.insert(fs::path(name).stem().string());
  return std::ranges::any_of(folder.pictures,
                             [&](const std::string& name) { return stems.contains(fs::path(name).stem().string()); });
}

// Darknet's and CVAT's way: it needs a list of classes, since a text beside a picture may be anything.
std::vector<Place> places_beside(const FolderContent& folder) {
  std::vector<Place> places;
  if (class_list(folder).empty()) return places;
  if (has_labels_beside(folder)) places.push_back({folder.path, folder.path, Split::unset});
  for (const auto& name : folder.folders) {
    const auto inside = list_folder(folder.path / name);
    if (!inside || !has_labels_beside(*inside)) continue;
    const std::string lower = to_lower(name);
    const bool cvat = lower.starts_with("obj_");
    places.push_back({inside->path, inside->path, split_named(cvat ? lower.substr(4) : lower)});
  }
  // CVAT calls all of a task that names no parts obj_train_data.
  if (places.size() == 1) places.front().split = Split::unset;
  return places;
}

std::vector<Place> places_in(const FolderContent& folder) {
  std::vector<Place> places;
  add_pair(folder, "", places);
  for (const auto& name : folder.folders) {
    if (const auto inside = list_folder(folder.path / name)) add_pair(*inside, name, places);
  }
  return places.empty() ? places_beside(folder) : places;
}

// Whether there is a label file. A picture that can't be read keeps its place unlabelled; the checks name what is wrong
// with it.
bool read_sample(const Place& place, const std::string& name, const std::map<std::string, std::string>& labels,
                 const Names& names, Sample& sample, Dataset& dataset) {
  sample.image = place.pictures / name;
  sample.split = place.split;
  const auto found = labels.find(fs::path(name).stem().string());
  if (found == labels.end()) return false;
  const fs::path label = place.labels / found->second;
  sample.source_line = label.string();
  dataset.label_files.push_back(label);
  if (const auto size = picture_size(sample.image)) LabelFile(label, *size, names).read(sample, dataset.problems);
  return true;
}

}  // namespace

std::string yolo_evidence(const FolderContent& folder) {
  const auto places = places_in(folder);
  if (places.empty()) return "";
  if (places[0].pictures == places[0].labels)
    return fmt::format(".txt files beside the pictures in {}", places[0].pictures.filename().string());
  return fmt::format("{} and {}", places[0].pictures.lexically_relative(folder.path).generic_string(),
                     places[0].labels.lexically_relative(folder.path).generic_string());
}

Result<void> read_yolo(const FolderContent& folder, const ReadOptions&, Dataset& dataset) {
  const Names names = read_names(folder, dataset);
  std::size_t without = 0;
  for (const Place& place : places_in(folder)) {
    LINEGUARD_ASSIGN(const FolderContent pictures, list_folder(place.pictures));
    LINEGUARD_ASSIGN(const FolderContent labels, list_folder(place.labels));
    if (auto orphans = name_orphans(labels, ".txt", pictures.pictures); !orphans.empty())
      dataset.warnings.push_back(std::move(orphans));
    std::map<std::string, std::string> by_stem;  // .txt or .TXT
    for (const auto& name : labels.others_with_extension(".txt")) by_stem.emplace(fs::path(name).stem().string(), name);
    for (const auto& name : pictures.pictures) {
      Sample sample;
      without += !read_sample(place, name, by_stem, names, sample, dataset);
      dataset.samples.push_back(std::move(sample));
    }
  }
  if (without > 0) {
    dataset.warnings.push_back(fmt::format(
        "{} picture{} no label file: not labelled. An empty one beside its picture says that the part is good", without,
        without == 1 ? " has" : "s have"));
  }
  if (names.empty())
    dataset.warnings.push_back(
        "no .yaml file, classes.txt or .names file names the classes: they are called by their numbers");
  return {};
}

}  // namespace lineguard::dataset
