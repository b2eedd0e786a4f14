// COCO: <name>.json with its pictures in <name>/ or beside it. A picture without annotations is a good one.
#include "labels.h"
#include "layouts/layout.h"
#include "run_lengths.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/files.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;
using Id = std::int64_t;

bool holds_annotations(const fs::path& file) {
  const auto text = read_text_file(file);
  return text && text->find("\"images\"") != std::string::npos && text->find("\"annotations\"") != std::string::npos;
}

std::vector<std::string> annotation_files(const FolderContent& folder) {
  auto names = folder.others_with_extension(".json");
  std::erase_if(names, [&](const std::string& name) { return !holds_annotations(folder.path / name); });
  return names;
}

// One file. Every problem names it and the entry: "train.json: annotations[12]: expected …".
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
    const auto text = read_text_file(file_);
    if (!text) return dataset_.problems.add(file_.string(), text.error().message);
    try {
      const Json root = Json::parse(*text);
      for (const char* list : {"categories", "images", "annotations"}) {
        if (!root.is_object() || !root.contains(list) || !root[list].is_array()) return note(list, "expected a list");
      }
      for_each(root, "categories", &CocoFile::read_category);
      for_each(root, "images", &CocoFile::read_image);
      for_each(root, "annotations", &CocoFile::read_annotation);
    } catch (const Json::exception& error) {
      return dataset_.problems.add(file_.string(), error.what());
    }
    label_samples();
  }

 private:
  void note(std::string_view entry, std::string_view what) {
    dataset_.problems.add(fmt::format("{}: {}", file_.string(), entry), what);
  }

  void for_each(const Json& root, const char* list, std::string (CocoFile::*read_entry)(const Json&)) {
    std::size_t index = 0;
    for (const Json& entry : root[list]) {
      const std::string place = fmt::format("{}[{}]", list, index++);
      try {
        if (const std::string what = (this->*read_entry)(entry); !what.empty()) note(place, what);
      } catch (const Json::out_of_range&) {
        note(place, "expected " + expected_in(list));
      } catch (const Json::exception&) {
        note(place, "has a value of another kind: expected " + expected_in(list));
      }
    }
  }

  static std::string expected_in(std::string_view list) {
    if (list == "categories") return "a number \"id\" and a text \"name\"";
    if (list == "images") return "a number \"id\" and a text \"file_name\"";
    return "the numbers \"image_id\" and \"category_id\", \"bbox\": [x, y, width, height] in pixels and, where there "
           "is a "
           "\"segmentation\", [[x, y, x, y …]] or {\"size\": [height, width], \"counts\": …}";
  }

  // What is wrong with the entry (here and below); empty: nothing.
  std::string read_category(const Json& entry) {
    const Id id = entry.at("id").get<Id>();
    const bool is_new = classes_.emplace(id, entry.at("name").get<std::string>()).second;
    return is_new ? "" : fmt::format("category {} is there twice", id);
  }

  std::string read_image(const Json& entry) {
    const auto name = entry.at("file_name").get<std::string>();
    const Id id = entry.at("id").get<Id>();
    if (!index_.emplace(id, samples_.size()).second) return fmt::format("image {} is there twice", id);
    Sample sample;
    sample.image = (pictures_ / name).lexically_normal();
    sample.split = split_named(file_.stem().string());
    sample.source_line = fmt::format("{}: image {}", file_.string(), id);
    std::error_code code;
    if (const fs::path twin = templates_ / name; fs::exists(twin, code)) sample.defect_free_template = twin;
    samples_.push_back(std::move(sample));
    sizes_.emplace_back();
    if (entry.contains("width") && entry.contains("height")) sizes_.back() = size_of(entry["width"], entry["height"]);
    annotations_.push_back(0);
    return "";
  }

  std::string read_annotation(const Json& entry) {
    const Id image_id = entry.at("image_id").get<Id>();
    const auto image = index_.find(image_id);
    if (image == index_.end()) return fmt::format("its image {} is not in the file or can't be used", image_id);
    ++annotations_[image->second];
    const Id category_id = entry.at("category_id").get<Id>();
    const auto name = classes_.find(category_id);
    if (name == classes_.end()) return fmt::format("its category {} is not in the file or can't be used", category_id);
    const Json& box = entry.at("bbox");
    LabelledBox labelled{
        {box.at(0).get<double>(), box.at(1).get<double>(), box.at(2).get<double>(), box.at(3).get<double>()},
        name->second,
        {}};
    if (const auto drawn = entry.find("segmentation"); drawn != entry.end()) {
      const auto outlines = drawn->is_object() ? outlines_of_mask(*drawn, sizes_[image->second]) : outlines_of(*drawn);
      if (!outlines) return "segmentation: " + outlines.error().message;
      labelled.outlines = *outlines;
    }
    samples_[image->second].boxes.push_back(std::move(labelled));
    return "";
  }

  // Each [x, y, x, y …]; what encloses nothing is left to its box.
  static Result<std::vector<Outline>> outlines_of(const Json& drawn) {
    std::vector<Outline> outlines;
    if (!drawn.is_array()) return outlines;
    for (const Json& entry : drawn) {
      const auto numbers = entry.get<std::vector<double>>();
      if (numbers.size() % 2 != 0)
        return make_error(ErrorCode::corrupt_data, fmt::format("{} numbers, expected x, y, x, y …", numbers.size()));
      if (numbers.size() < 6) continue;
      outlines.emplace_back();
      for (std::size_t i = 0; i < numbers.size(); i += 2) outlines.back().push_back({numbers[i], numbers[i + 1]});
    }
    return outlines;
  }

  // {"size": [height, width], "counts": [runs] or "the same compressed"} of a picture that may say its size.
  static Result<std::vector<Outline>> outlines_of_mask(const Json& mask, const std::optional<Size>& picture) {
    const Json& counts = mask.at("counts");
    const Size size = size_of(mask.at("size").at(1), mask.at("size").at(0));
    if (picture && *picture != size) {
      return make_error(ErrorCode::corrupt_data, fmt::format("the mask is {} x {}, its image {} x {}", size.width_px,
                                                             size.height_px, picture->width_px, picture->height_px));
    }
    if (counts.is_array()) return outlines_of_runs(counts.get<std::vector<std::int64_t>>(), size);
    LINEGUARD_ASSIGN(const auto runs, decompress_runs(counts.get_ref<const std::string&>()));
    return outlines_of_runs(runs, size);
  }

  // 0 where a number is no side of a picture.
  static Size size_of(const Json& width, const Json& height) {
    const auto side = [](const Json& number) {
      const auto px = number.get<std::int64_t>();
      return px > 0 && px <= std::numeric_limits<int>::max() ? static_cast<int>(px) : 0;
    };
    return {side(width), side(height)};
  }

  void label_samples() {
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      set_class_by_boxes(samples_[i], samples_[i].boxes.size() == annotations_[i]);
      dataset_.samples.push_back(std::move(samples_[i]));
    }
  }

  fs::path file_, pictures_, templates_;
  Dataset& dataset_;
  std::unordered_map<Id, std::string> classes_;
  std::unordered_map<Id, std::size_t> index_;  // of samples_
  std::vector<Sample> samples_;
  std::vector<std::optional<Size>> sizes_;  // of each sample, where the file says it
  std::vector<std::size_t> annotations_;    // of each sample, also those that can't be used
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
