// COCO as tools export it: <name>.json with its pictures in <name>/ or beside it; annotations/instances_<name>.json (MS
// COCO, CVAT); <split>/_annotations.coco.json (Roboflow); labels.json and data/ (FiftyOne); result.json and images/
// (Label Studio). A picture without annotations is a good one.
#include "files/picture_finder.h"
#include "json_text.h"
#include "labels.h"
#include "layouts/layout.h"
#include "masks/outline_limits.h"
#include "masks/run_lengths.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/files.h>
#include <lineguard/core/limits.h>
#include <lineguard/core/words.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;
using Id = std::int64_t;

constexpr std::size_t kLongestId_bytes = 20;

// Block by block: a file may have hundreds of megabytes, and is looked at more than once.
bool holds_annotations(const fs::path& file) {
  constexpr std::array<std::string_view, 2> kKeys{"\"images\"", "\"annotations\""};
  std::array<bool, 2> found{};
  std::string end;  // of the last block: a key may lie across two
  const auto look = [&](std::span<const std::byte> block) {
    const std::string text = end + std::string(reinterpret_cast<const char*>(block.data()), block.size());
    for (std::size_t i = 0; i < kKeys.size(); ++i) found[i] = found[i] || text.find(kKeys[i]) != text.npos;
    end = text.substr(text.size() - std::min<std::size_t>(text.size(), 16));
    return !(found[0] && found[1]);
  };
  return read_blocks(file, look) && found[0] && found[1];
}

// Captions, poses and so on of the same pictures: MS COCO keeps them beside its instances.
bool is_of_another_kind(std::string_view name) {
  constexpr std::array<std::string_view, 5> kOthers{"captions_", "person_keypoints_", "panoptic_", "stuff_",
                                                    "image_info_"};
  return std::ranges::any_of(kOthers, [&](std::string_view start) { return name.starts_with(start); });
}

struct AnnotationFile {
  fs::path file;
  std::vector<fs::path> picture_folders;  // in the order of their likelihood; the first is there or is the file's own
  Split split = Split::unset;
};

// The name of the part of the set that a file is about; empty: it does not say.
std::string subset_of(const std::string& stem) {
  constexpr std::string_view kInstances = "instances_";
  constexpr std::array<std::string_view, 6> kNoSubset{"_annotations.coco", "annotations", "labels", "result",
                                                      "instances",         "coco"};
  if (stem.starts_with(kInstances)) return stem.substr(kInstances.size());
  return std::ranges::find(kNoSubset, stem) != kNoSubset.end() ? "" : stem;
}

AnnotationFile annotation_file(const FolderContent& root, const fs::path& file) {
  const fs::path folder = file.parent_path();
  const std::string stem = file.stem().string(), subset = subset_of(stem);
  AnnotationFile found{file, {}, split_named(subset)};
  if (found.split == Split::unset && folder != root.path) found.split = split_named(folder.filename().string());
  const bool in_own_folder = folder != root.path;
  std::vector<fs::path> likely{folder / stem};
  for (const fs::path& base : in_own_folder ? std::vector{root.path, folder} : std::vector{folder}) {
    if (!subset.empty()) likely.insert(likely.end(), {base / subset, base / "images" / subset});
    likely.insert(likely.end(), {base / "images", base / "Images", base / "data"});
  }
  likely.insert(likely.end(), {folder, root.path});
  std::error_code code;
  for (const fs::path& path : likely) {
    const bool is_new = std::ranges::find(found.picture_folders, path) == found.picture_folders.end();
    if (is_new && fs::is_directory(path, code)) found.picture_folders.push_back(path);
  }
  return found;
}

// In the folder itself, else in the folders in it.
std::vector<AnnotationFile> annotation_files(const FolderContent& root) {
  std::vector<AnnotationFile> files;
  const auto look_in = [&](const FolderContent& folder) {
    for (const auto& name : folder.others_with_extension(".json")) {
      const fs::path file = folder.path / name;
      if (!is_of_another_kind(name) && holds_annotations(file)) files.push_back(annotation_file(root, file));
    }
  };
  look_in(root);
  for (const auto& name : files.empty() ? root.folders : std::vector<std::string>{}) {
    if (const auto folder = list_folder(root.path / name)) look_in(*folder);
  }
  return files;
}

// One file. Every problem names it, the line and the entry: "train.json:345: annotations[12], id 71: expected …".
class CocoFile {
 public:
  CocoFile(const AnnotationFile& found, MissingLabels missing, Dataset& dataset)
      : file_(found.file), split_(found.split), missing_(missing), finder_(found.picture_folders), dataset_(dataset) {}

  void read() {
    dataset_.label_files.push_back(file_);
    const auto text = read_text_file(file_, limits::kDatasetJson.bytes);
    if (!text) return dataset_.problems.add(file_.string(), text.error().message);
    const auto root = checked_json(*text);
    if (!root) return dataset_.problems.add(file_.string(), root.error().message);
    const std::array<std::pair<const char*, ReadEntry>, 3> kinds{{{"categories", &CocoFile::read_category},
                                                                  {"images", &CocoFile::read_image},
                                                                  {"annotations", &CocoFile::read_annotation}}};
    std::vector<JsonText> lists;
    for (const auto& [name, read_entry] : kinds) {
      const auto list = member_of(*root, name);
      if (!list || !list->text.starts_with('[')) return note(list.value_or(*root), name, "expected a list");
      lists.push_back(*list);
    }
    for (std::size_t i = 0; i < kinds.size(); ++i) for_each(lists[i], kinds[i].first, kinds[i].second);
    label_samples();
  }

 private:
  struct Picture {
    Sample sample;
    std::optional<Size> size;  // as the file says it, else the picture's header once a mask had to know
    bool header_read = false;
    std::size_t annotations = 0;  // also those that can't be used
  };

  using ReadEntry = std::string (CocoFile::*)(const Json&);

  void note(const JsonText& where, std::string_view entry, std::string_view what) {
    dataset_.problems.add(fmt::format("{}:{}: {}", file_.string(), where.line, entry), what);
  }

  void for_each(const JsonText& entries, const char* list, ReadEntry read_entry) {
    std::size_t index = 0;
    for_each_entry(entries, [&](const JsonText& text) {
      const bool fits = text.text.size() <= kLongestEntry_bytes;
      const Json entry = fits ? Json::parse(text.text) : what_names(text);
      std::string what = problem_of(entry, list, read_entry);
      if (!fits) what = fmt::format("{} bytes long, at most {} are read", text.text.size(), kLongestEntry_bytes);
      if (!what.empty() && dataset_.problems.full()) {
        dataset_.problems.add({}, {});  // counted: a place in words for each of millions takes minutes
      } else if (!what.empty()) {
        note(text, fmt::format("{}[{}]{}", list, index, id_of(entry)), what);
      }
      ++index;
    });
  }

  // Of an entry that is too long: its id, and its image, which is not a good one for that.
  static Json what_names(const JsonText& entry) {
    Json kept = Json::object();
    for (const char* name : {"id", "image_id"}) {
      const auto member = member_of(entry, name);
      if (member && member->text.size() <= kLongestId_bytes) kept[name] = Json::parse(member->text);
    }
    return kept;
  }

  static std::string id_of(const Json& entry) {
    const auto id = entry.is_object() ? entry.find("id") : entry.end();
    return id != entry.end() && id->is_number() ? ", id " + id->dump() : "";
  }

  // None where the number is not whole or too large: get<Id>() makes another one of it.
  static std::optional<Id> whole(const Json& number) {
    if (number.is_number_unsigned() && !std::in_range<Id>(number.get<std::uint64_t>())) return std::nullopt;
    if (number.is_number_integer()) return number.get<Id>();
    constexpr double kExact = 9007199254740992;  // 2^53: up to it a double is the number that was written
    const auto value = number.get<double>();
    return std::abs(value) <= kExact && value == std::trunc(value) ? std::optional(static_cast<Id>(value))
                                                                   : std::nullopt;
  }

  static std::string no_id(const Json& number) {
    return fmt::format("its id {} is not a whole number of at most 64 bits", number.dump());
  }

  // What is no entry at all is told without an exception: a file may hold nothing but millions of them.
  std::string problem_of(const Json& entry, const char* list, ReadEntry read_entry) {
    if (!entry.is_object()) return "has a value of another kind: expected " + expected_in(list);
    if (entry.empty()) return "expected " + expected_in(list);
    try {
      return (this->*read_entry)(entry);
    } catch (const Json::out_of_range&) {
      return "expected " + expected_in(list);
    } catch (const Json::exception&) {
      return "has a value of another kind: expected " + expected_in(list);
    }
  }

  static std::string expected_in(std::string_view list) {
    if (list == "categories") return "a number \"id\" and a text \"name\"";
    if (list == "images") return "a number \"id\" and a text \"file_name\"";
    return "the numbers \"image_id\" and \"category_id\", \"bbox\": [x, y, width, height] in pixels and, where there "
           "is a \"segmentation\", [[x, y, x, y …]] or {\"size\": [height, width], \"counts\": …}";
  }

  // What is wrong with the entry (here and below); empty: nothing.
  std::string read_category(const Json& entry) {
    const auto id = whole(entry.at("id"));
    if (!id) return no_id(entry.at("id"));
    const bool is_new = classes_.emplace(*id, entry.at("name").get<std::string>()).second;
    return is_new ? "" : fmt::format("category {} is there twice", *id);
  }

  std::string read_image(const Json& entry) {
    const auto name = entry.at("file_name").get<std::string>();
    const auto id = whole(entry.at("id"));
    if (!id) return no_id(entry.at("id"));
    Picture picture;
    const PictureFinder::Found found = finder_.find(name);
    picture.sample.image = found.file;
    picture.sample.split = split_;
    picture.sample.source_line = fmt::format("{}: image {}", file_.string(), *id);
    std::error_code code;
    const bool stays = found.inside.is_relative() && *found.inside.begin() != "..";
    fs::path templates = found.folder;
    templates += "_template";
    if (const fs::path twin = templates / found.inside; stays && fs::exists(twin, code))
      picture.sample.defect_free_template = twin;
    picture.size = picture.sample.annotated_size = said_size(entry);
    if (!index_.emplace(*id, read_.size()).second) return fmt::format("image {} is there twice", *id);
    read_.push_back(std::move(picture));
    return "";
  }

  std::string read_annotation(const Json& entry) {
    const auto named = [&](const char* member, const auto& known) {
      const auto id = whole(entry.at(member));
      return id ? known.find(*id) : known.end();
    };
    const auto unknown = [&](const char* what, const char* member) {
      return fmt::format("its {} {} is not in the file or can't be used", what, entry.at(member).dump());
    };
    const auto image = named("image_id", index_);
    if (image == index_.end()) return unknown("image", "image_id");
    Picture& picture = read_[image->second];
    ++picture.annotations;
    const auto name = named("category_id", classes_);
    if (name == classes_.end()) return unknown("category", "category_id");
    LabelledBox labelled{{}, name->second, {}};
    if (const auto drawn = entry.find("segmentation"); drawn != entry.end()) {
      auto outlines = drawn->is_object() ? outlines_of_mask(*drawn, picture) : outlines_of(*drawn);
      const auto kept = outlines ? count(*outlines) : outlines.error();
      if (!kept) return "segmentation: " + kept.error().message;
      labelled.outlines = std::move(*outlines);
    }
    // A few tools leave the box to the outline.
    if (const auto box = entry.find("bbox"); labelled.outlines.empty() || (box != entry.end() && !box->is_null()))
      labelled.box = {entry.at("bbox").at(0).get<double>(), entry.at("bbox").at(1).get<double>(),
                      entry.at("bbox").at(2).get<double>(), entry.at("bbox").at(3).get<double>()};
    else
      labelled.box = box_around(all_points(labelled.outlines));
    picture.sample.boxes.push_back(std::move(labelled));
    return "";
  }

  // Adds to what the file's objects have together. Errors: too_large beyond kFileLimits.
  Result<void> count(const std::vector<Outline>& outlines) {
    std::size_t points = points_;
    for (const Outline& outline : outlines) points += outline.size();
    LINEGUARD_TRY(check_limits(pieces_ + outlines.size(), points, kFileLimits));
    pieces_ += outlines.size();
    points_ = points;
    return {};
  }

  // Each [x, y, x, y …]; what encloses nothing is left to its box.
  static Result<std::vector<Outline>> outlines_of(const Json& drawn) {
    std::vector<Outline> outlines;
    std::size_t points = 0;
    if (!drawn.is_array()) return outlines;
    for (const Json& entry : drawn) {
      const auto numbers = entry.get<std::vector<double>>();
      if (numbers.size() % 2 != 0)
        return make_error(ErrorCode::corrupt_data, fmt::format("{} numbers, expected x, y, x, y …", numbers.size()));
      if (numbers.size() < 6) continue;
      points += numbers.size() / 2;
      LINEGUARD_TRY(check_limits(outlines.size() + 1, points, kObjectLimits));
      outlines.push_back(outline_of(numbers));
    }
    return outlines;
  }

  // {"size": [height, width], "counts": [runs] or "the same compressed"}. No outline where it marks no pixel: its box
  // says where it is, as with an empty list of polygons.
  static Result<std::vector<Outline>> outlines_of_mask(const Json& mask, Picture& picture) {
    const Json& counts = mask.at("counts");
    const Size size{side_of(mask.at("size").at(1)), side_of(mask.at("size").at(0))};
    if (!picture.size && !std::exchange(picture.header_read, true)) picture.size = picture_size(picture.sample.image);
    if (picture.size && *picture.size != size) {
      return make_error(ErrorCode::corrupt_data,
                        fmt::format("the mask is {} x {}, its image {} x {}", size.width_px, size.height_px,
                                    picture.size->width_px, picture.size->height_px));
    }
    if (counts.is_array()) return outlines_of_runs(counts.get<std::vector<std::int64_t>>(), size);
    LINEGUARD_ASSIGN(const auto runs, decompress_runs(counts.get_ref<const std::string&>()));
    return outlines_of_runs(runs, size);
  }

  // None where the entry says none that a picture can have: tools write null or 0.
  static std::optional<Size> said_size(const Json& image) {
    const auto width = image.find("width"), height = image.find("height");
    if (width == image.end() || !width->is_number() || height == image.end() || !height->is_number())
      return std::nullopt;
    const Size size{side_of(*width), side_of(*height)};
    return size.width_px > 0 && size.height_px > 0 ? std::optional(size) : std::nullopt;
  }

  // 0 where a number is no side of a picture.
  static int side_of(const Json& number) {
    const auto px = number.get<double>();
    return px >= 1 && px <= std::numeric_limits<int>::max() ? static_cast<int>(px) : 0;
  }

  static Outline all_points(const std::vector<Outline>& outlines) {
    Outline all;
    for (const Outline& outline : outlines) all.insert(all.end(), outline.begin(), outline.end());
    return all;
  }

  void label_samples() {
    std::size_t without = 0;
    for (Picture& picture : read_) {
      without += picture.annotations == 0;
      if (picture.annotations > 0 || missing_ == MissingLabels::by_layout || missing_ == MissingLabels::good)
        set_class_by_boxes(picture.sample, picture.sample.boxes.size() == picture.annotations);
      dataset_.samples.push_back(std::move(picture.sample));
    }
    warn_of_elsewhere(finder_, dataset_);
    if (without > 0 && missing_ == MissingLabels::by_layout && without < read_.size())
      dataset_.warnings.push_back(
          fmt::format("{}: {} without annotations: good, as COCO has it (--missing-labels ignore leaves them out)",
                      file_.filename().string(), count_of(without, "picture")));
  }

  fs::path file_;
  Split split_;
  MissingLabels missing_;
  PictureFinder finder_;
  Dataset& dataset_;
  std::unordered_map<Id, std::string> classes_;
  std::unordered_map<Id, std::size_t> index_;  // of read_
  std::vector<Picture> read_;
  std::size_t pieces_ = 0, points_ = 0;  // of all outlines that are kept
};

}  // namespace

std::string coco_evidence(const FolderContent& folder) {
  const auto files = annotation_files(folder);
  return files.empty() ? "" : files.front().file.lexically_relative(folder.path).generic_string();
}

Result<void> read_coco(const FolderContent& folder, const ReadOptions& options, Dataset& dataset) {
  for (const AnnotationFile& found : annotation_files(folder)) CocoFile(found, options.missing_labels, dataset).read();
  return {};
}

}  // namespace lineguard::dataset
