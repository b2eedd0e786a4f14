// COCO: <name>.json with its pictures in <name>/ or beside it. A picture without annotations is a good one.
#include "json_text.h"
#include "labels.h"
#include "layouts/layout.h"
#include "outline_limits.h"
#include "run_lengths.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/files.h>
#include <lineguard/core/limits.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;
using Id = std::int64_t;

constexpr std::size_t kLongestId_bytes = 20;

bool holds_annotations(const fs::path& file) {
  const auto text = read_text_file(file, limits::kDatasetJson.bytes);
  return text && text->find("\"images\"") != std::string::npos && text->find("\"annotations\"") != std::string::npos;
}

std::vector<std::string> annotation_files(const FolderContent& folder) {
  auto names = folder.others_with_extension(".json");
  std::erase_if(names, [&](const std::string& name) { return !holds_annotations(folder.path / name); });
  return names;
}

// One file. Every problem names it, the line and the entry: "train.json:345: annotations[12], id 71: expected …".
class CocoFile {
 public:
  CocoFile(const fs::path& file, Dataset& dataset) : file_(file), dataset_(dataset) {
    std::error_code code;
    const fs::path own_folder = fs::path(file).replace_extension();
    pictures_ = fs::is_directory(own_folder, code) ? own_folder : file.parent_path();
    templates_ = pictures_;
    templates_ += "_template";
  }

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
    picture.sample.image = (pictures_ / name).lexically_normal();
    picture.sample.split = split_named(file_.stem().string());
    picture.sample.source_line = fmt::format("{}: image {}", file_.string(), *id);
    std::error_code code;
    const fs::path inside = fs::path(name).lexically_normal();
    const bool stays = inside.is_relative() && *inside.begin() != "..";
    if (const fs::path twin = templates_ / inside; stays && fs::exists(twin, code))
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
    const Json& box = entry.at("bbox");
    LabelledBox labelled{
        {box.at(0).get<double>(), box.at(1).get<double>(), box.at(2).get<double>(), box.at(3).get<double>()},
        name->second,
        {}};
    if (const auto drawn = entry.find("segmentation"); drawn != entry.end()) {
      auto outlines = drawn->is_object() ? outlines_of_mask(*drawn, picture) : outlines_of(*drawn);
      const auto kept = outlines ? count(*outlines) : outlines.error();
      if (!kept) return "segmentation: " + kept.error().message;
      labelled.outlines = std::move(*outlines);
    }
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

  void label_samples() {
    for (Picture& picture : read_) {
      set_class_by_boxes(picture.sample, picture.sample.boxes.size() == picture.annotations);
      dataset_.samples.push_back(std::move(picture.sample));
    }
  }

  fs::path file_, pictures_, templates_;
  Dataset& dataset_;
  std::unordered_map<Id, std::string> classes_;
  std::unordered_map<Id, std::size_t> index_;  // of read_
  std::vector<Picture> read_;
  std::size_t pieces_ = 0, points_ = 0;  // of all outlines that are kept
};

}  // namespace

std::string coco_evidence(const FolderContent& folder) {
  const auto files = annotation_files(folder);
  return files.empty() ? "" : files.front();
}

Result<void> read_coco(const FolderContent& folder, Dataset& dataset) {
  for (const auto& name : annotation_files(folder)) CocoFile(folder.path / name, dataset).read();
  return {};
}

}  // namespace lineguard::dataset
