// COCO: <name>.json with its pictures in <name>/ or beside it. A picture without annotations is a good one.
#include "labels.h"
#include "layouts/layout.h"

#include <algorithm>
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

// One file. Every message names it and the entry: "train.json: annotations[12].bbox: expected …".
class CocoFile {
 public:
  CocoFile(const fs::path& file, Dataset& dataset) : file_(file), dataset_(dataset) {
    std::error_code code;
    const fs::path own_folder = fs::path(file).replace_extension();
    pictures_ = fs::is_directory(own_folder, code) ? own_folder : file.parent_path();
    templates_ = pictures_;
    templates_ += "_template";
  }

  Result<void> read() {
    LINEGUARD_ASSIGN(const std::string text, read_text_file(file_));
    try {
      const Json root = Json::parse(text);
      for (const char* list : {"categories", "images", "annotations"}) {
        if (!root.is_object() || !root.contains(list) || !root[list].is_array()) {
          return problem(list, "expected a list");
        }
      }
      LINEGUARD_TRY(for_each(root, "categories", &CocoFile::read_category));
      LINEGUARD_TRY(for_each(root, "images", &CocoFile::read_image));
      LINEGUARD_TRY(for_each(root, "annotations", &CocoFile::read_annotation));
    } catch (const Json::exception& error) {
      return make_error(ErrorCode::corrupt_data, fmt::format("{}: {}", file_.string(), error.what()));
    }
    return label_samples(), Result<void>{};
  }

 private:
  Error problem(std::string_view entry, std::string_view what) const {
    return make_error(ErrorCode::corrupt_data, fmt::format("{}: {}: {}", file_.string(), entry, what));
  }

  Result<void> for_each(const Json& root, const char* list, std::string (CocoFile::*read_entry)(const Json&)) {
    std::size_t index = 0;
    for (const Json& entry : root[list]) {
      const std::string place = fmt::format("{}[{}]", list, index++);
      try {
        if (const std::string what = (this->*read_entry)(entry); !what.empty()) return problem(place, what);
      } catch (const Json::out_of_range&) {
        return problem(place, "expected " + expected_in(list));
      } catch (const Json::exception&) {
        return problem(place, "has a value of another kind: expected " + expected_in(list));
      }
    }
    return {};
  }

  static std::string expected_in(std::string_view list) {
    if (list == "categories") return "a number \"id\" and a text \"name\"";
    if (list == "images") return "a number \"id\" and a text \"file_name\"";
    return "the numbers \"image_id\" and \"category_id\" and \"bbox\": [x, y, width, height] in pixels";
  }

  // What is wrong with the entry (here and below); empty: nothing.
  std::string read_category(const Json& entry) {
    const Id id = entry.at("id").get<Id>();
    const bool is_new = classes_.emplace(id, entry.at("name").get<std::string>()).second;
    return is_new ? "" : fmt::format("category {} is there twice", id);
  }

  std::string read_image(const Json& entry) {
    const auto name = entry.at("file_name").get<std::string>();
    Sample sample;
    sample.image = (pictures_ / name).lexically_normal();
    sample.split = split_named(file_.stem().string());
    sample.source_line = fmt::format("{}: image {}", file_.string(), entry.at("id").get<Id>());
    std::error_code code;
    if (const fs::path twin = templates_ / name; fs::exists(twin, code)) sample.defect_free_template = twin;
    samples_.push_back(std::move(sample));
    const Id id = entry.at("id").get<Id>();
    return index_.emplace(id, samples_.size() - 1).second ? "" : fmt::format("image {} is there twice", id);
  }

  std::string read_annotation(const Json& entry) {
    const Id image_id = entry.at("image_id").get<Id>(), category_id = entry.at("category_id").get<Id>();
    const auto image = index_.find(image_id);
    const auto name = classes_.find(category_id);
    if (image == index_.end()) return fmt::format("its image {} is not in the file", image_id);
    if (name == classes_.end()) return fmt::format("its category {} is not in the file", category_id);
    const Json& box = entry.at("bbox");
    LabelledBox labelled{
        {box.at(0).get<double>(), box.at(1).get<double>(), box.at(2).get<double>(), box.at(3).get<double>()},
        name->second,
        {}};
    // One outline with its points as x, y, x, y …; several outlines and run-length masks leave the box alone.
    const auto outlines = entry.find("segmentation");
    if (outlines != entry.end() && outlines->is_array() && outlines->size() == 1) {
      const auto numbers = outlines->front().get<std::vector<double>>();
      for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) labelled.polygon.push_back({numbers[i], numbers[i + 1]});
    }
    samples_[image->second].boxes.push_back(std::move(labelled));
    return "";
  }

  void label_samples() {
    for (Sample& sample : samples_) {
      set_class_by_boxes(sample);
      dataset_.samples.push_back(std::move(sample));
    }
  }

  fs::path file_, pictures_, templates_;
  Dataset& dataset_;
  std::unordered_map<Id, std::string> classes_;
  std::unordered_map<Id, std::size_t> index_;  // of samples_
  std::vector<Sample> samples_;
};

}  // namespace

std::string coco_evidence(const FolderContent& folder) {
  const auto files = annotation_files(folder);
  return files.empty() ? "" : files.front();
}

Result<void> read_coco(const FolderContent& folder, Dataset& dataset) {
  for (const auto& name : annotation_files(folder)) LINEGUARD_TRY(CocoFile(folder.path / name, dataset).read());
  return {};
}

}  // namespace lineguard::dataset
