// LabelMe: a .json file beside each picture (or in a folder of their own, with the picture's path in it). No shapes is
// a good part; a picture without a file is not labelled.
#include "labels.h"
#include "layouts/layout.h"
#include "layouts/shapes.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/base64.h>
#include <lineguard/core/files.h>
#include <lineguard/core/json_limits.h>
#include <lineguard/core/words.h>
#include <lineguard/imaging/decode.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

Result<Json> read_json(const fs::path& file) {
  LINEGUARD_ASSIGN(const std::string text, read_text_file(file, limits::kDatasetJson.bytes));
  LINEGUARD_TRY(check_json_limits(text, limits::kDatasetJson));
  Json json = Json::parse(without_byte_order_mark(text), nullptr, false);
  if (json.is_discarded()) return make_error(ErrorCode::corrupt_data, "it is no JSON");
  return json;
}

bool is_labelme(const Json& json) {
  return json.is_object() && json.contains("shapes") && json.contains("imagePath");
}

// By the start of the first ones: a file of another kind may have hundreds of megabytes.
bool holds_labelme(const FolderContent& folder) {
  constexpr std::size_t kLookedAt = 5;
  const auto names = folder.others_with_extension(".json");
  bool found = false;
  const auto look = [&](std::span<const std::byte> block) {
    const std::string_view text(reinterpret_cast<const char*>(block.data()), block.size());
    found |= text.find("\"shapes\"") != text.npos;
    return false;
  };
  for (std::size_t i = 0; i < std::min(names.size(), kLookedAt) && !found; ++i)
    (void)read_blocks(folder.path / names[i], look);
  return found;
}

Outline points_of(const Json& shape) {
  Outline points;
  for (const Json& point : shape.at("points")) points.push_back({point.at(0).get<double>(), point.at(1).get<double>()});
  return points;
}

Result<LabelledBox> read_mask_shape(const std::string& name, const Json& shape, const Outline& points) {
  const auto bytes = decode_base64(shape.at("mask").get_ref<const std::string&>());
  if (!bytes) return make_error(ErrorCode::corrupt_data, "its mask is no base64");
  LINEGUARD_ASSIGN(const auto mask, imaging::decode_mask(*bytes));
  return object_of_mask(name, mask.marked, points.at(0));
}

Result<LabelledBox> read_shape(const Json& shape) {
  const auto name = shape.at("label").get<std::string>();
  const auto type = shape.value("shape_type", std::string("polygon"));
  const Outline points = points_of(shape);
  const auto expect = [&](std::size_t count) { return points.size() >= count; };
  if (type == "mask" && expect(1)) return read_mask_shape(name, shape, points);
  if (type == "rectangle" && expect(2)) return LabelledBox{box_around(points), name, {}};
  if (type == "polygon" && expect(3)) return object_of(name, {points});
  if (type == "circle" && expect(2)) {
    const double radius = std::hypot(points[1].x - points[0].x, points[1].y - points[0].y);
    return object_of(name, {ellipse_outline(points[0], radius, radius)});
  }
  const bool thin = type == "line" || type == "linestrip" || type == "point" || type == "points";
  if (thin && expect(1)) return box_of_points(name, points);
  return make_error(ErrorCode::corrupt_data,
                    fmt::format("shape_type \"{}\" with {} points: expected polygon, rectangle, "
                                "circle, line, linestrip, point or mask",
                                type, points.size()));
}

// Whether all of it could be used.
bool read_shapes(const fs::path& file, const Json& json, Sample& sample, LabelProblems& problems) {
  bool whole = true;
  for (std::size_t i = 0; i < json.at("shapes").size(); ++i) {
    const auto place = [&] { return fmt::format("{}: shapes[{}]", file.string(), i); };
    try {
      auto object = read_shape(json.at("shapes").at(i));
      if (!object) problems.add(place(), object.error().message);
      whole &= object.ok();
      if (object) sample.boxes.push_back(std::move(*object));
    } catch (const Json::exception&) {
      problems.add(place(), "expected a text \"label\" and \"points\": [[x, y], …]");
      whole = false;
    }
  }
  return whole;
}

std::optional<Size> said_size(const Json& json) {
  const auto width = json.find("imageWidth"), height = json.find("imageHeight");
  if (width == json.end() || height == json.end() || !width->is_number_integer() || !height->is_number_integer())
    return std::nullopt;
  return Size{width->get<int>(), height->get<int>()};
}

class FolderReader {
 public:
  FolderReader(const FolderContent& root, const FolderContent& folder, Dataset& dataset)
      : folder_(folder),
        split_(split_named(folder.path.filename().string())),
        finder_({folder.path, root.path, root.path / "images"}),
        dataset_(dataset) {}

  void read() {
    for (const auto& name : folder_.others_with_extension(".json")) read_file(folder_.path / name);
    std::size_t without = 0;
    for (const auto& name : folder_.pictures) {
      if (labelled_.contains(fs::path(name).stem().string())) continue;
      Sample sample;
      sample.image = folder_.path / name;
      sample.split = split_;
      dataset_.samples.push_back(std::move(sample));
      ++without;
    }
    if (without > 0)
      dataset_.warnings.push_back(fmt::format("{} without a .json file: not labelled", count_of(without, "picture")));
  }

 private:
  void read_file(const fs::path& file) {
    const auto json = read_json(file);
    if (!json) return dataset_.problems.add(file.string(), json.error().message);
    if (!is_labelme(*json) || !json->at("shapes").is_array() || !json->at("imagePath").is_string()) return;
    dataset_.label_files.push_back(file);
    Sample sample;
    const auto found = finder_.find(json->at("imagePath").get<std::string>());
    sample.image = found.exists ? found.file : beside(file).value_or(found.file);
    labelled_.insert(sample.image.stem().string());
    sample.split = split_;
    sample.source_line = file.string();
    sample.annotated_size = said_size(*json);
    set_class_by_boxes(sample, read_shapes(file, *json, sample, dataset_.problems));
    dataset_.samples.push_back(std::move(sample));
  }

  // The picture of the same name, where the path in the file leads nowhere.
  std::optional<fs::path> beside(const fs::path& file) const {
    for (const auto& picture : folder_.pictures) {
      if (fs::path(picture).stem() == file.stem()) return folder_.path / picture;
    }
    return std::nullopt;
  }

  const FolderContent& folder_;
  Split split_;
  PictureFinder finder_;
  Dataset& dataset_;
  std::set<std::string> labelled_;  // stems
};

std::vector<FolderContent> labelme_folders(const FolderContent& root) {
  if (holds_labelme(root)) return {root};
  std::vector<FolderContent> folders;
  for (const auto& name : root.folders) {
    auto folder = list_folder(root.path / name);
    if (folder && holds_labelme(*folder)) folders.push_back(std::move(*folder));
  }
  return folders;
}

}  // namespace

std::string labelme_evidence(const FolderContent& folder) {
  const auto folders = labelme_folders(folder);
  return folders.empty() ? "" : "a .json with shapes in " + folders.front().path.filename().string() + "/";
}

Result<void> read_labelme(const FolderContent& root, const ReadOptions&, Dataset& dataset) {
  for (const FolderContent& folder : labelme_folders(root)) FolderReader(root, folder, dataset).read();
  return {};
}

}  // namespace lineguard::dataset
