// VGG Image Annotator: its project (via_project.json) or exported annotations (via_region_data.json), of version 1
// or 2.
#include "labels.h"
#include "layouts/layout.h"
#include "layouts/shapes.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/files.h>
#include <lineguard/core/json_limits.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

bool may_be_via(const fs::path& file) {
  bool found = false;
  const auto look = [&](std::span<const std::byte> block) {
    const std::string_view text(reinterpret_cast<const char*>(block.data()), block.size());
    found = text.find("\"_via_") != text.npos ||
            (text.find("\"regions\"") != text.npos && text.find("\"filename\"") != text.npos);
    return false;  // the first block says it
  };
  return read_blocks(file, look) && found;
}

std::vector<std::string> via_files(const FolderContent& folder) {
  auto names = folder.others_with_extension(".json");
  std::erase_if(names, [&](const std::string& name) { return !may_be_via(folder.path / name); });
  return names;
}

// What a region is called: its first attribute that names something, "dent" or {"dent": true}.
std::string class_of(const Json& region) {
  const auto attributes = region.find("region_attributes");
  if (attributes == region.end() || !attributes->is_object()) return std::string(kDefectiveClass);
  for (const auto& [key, value] : attributes->items()) {
    if (value.is_string() && !value.get_ref<const std::string&>().empty()) return value.get<std::string>();
    if (!value.is_object()) continue;
    for (const auto& [name, chosen] : value.items()) {
      if (chosen.is_boolean() && chosen.get<bool>()) return name;
    }
  }
  return std::string(kDefectiveClass);
}

Outline outline_of_points(const Json& shape) {
  const auto x = shape.at("all_points_x").get<std::vector<double>>();
  const auto y = shape.at("all_points_y").get<std::vector<double>>();
  Outline outline;
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) outline.push_back({x[i], y[i]});
  return outline;
}

Result<LabelledBox> read_region(const Json& region) {
  const Json& shape = region.at("shape_attributes");
  const auto number = [&](const char* name) { return shape.at(name).get<double>(); };
  const auto kind = shape.at("name").get<std::string>();
  const std::string name = class_of(region);
  if (kind == "rect") return LabelledBox{{number("x"), number("y"), number("width"), number("height")}, name, {}};
  if (kind == "circle")
    return object_of(name, {ellipse_outline({number("cx"), number("cy")}, number("r"), number("r"))});
  if (kind == "ellipse") {
    return object_of(
        name, {ellipse_outline({number("cx"), number("cy")}, number("rx"), number("ry"), shape.value("theta", 0.0))});
  }
  if (kind == "point") return box_of_points(name, {{number("cx"), number("cy")}});
  if (kind == "polygon" || kind == "polyline") {
    const Outline points = outline_of_points(shape);
    if (kind == "polygon" && points.size() >= 3) return object_of(name, {points});
    if (!points.empty()) return box_of_points(name, points);
  }
  return make_error(
      ErrorCode::corrupt_data,
      fmt::format("a region of the kind \"{}\": expected rect, polygon, circle, ellipse, polyline or point", kind));
}

// Whether all of them could be used. Version 1 has {"0": {…}}, version 2 [{…}].
bool read_regions(const std::string& place, const Json& regions, Sample& sample, LabelProblems& problems) {
  bool whole = true;
  std::size_t number = 0;
  for (const Json& region : regions) {
    const std::string where = fmt::format("{}: regions[{}]", place, number++);
    try {
      auto object = read_region(region);
      if (!object) problems.add(where, object.error().message);
      whole &= object.ok();
      if (object) sample.boxes.push_back(std::move(*object));
    } catch (const Json::exception&) {
      problems.add(where, "expected \"shape_attributes\" with a \"name\" and its numbers");
      whole = false;
    }
  }
  return whole;
}

void read_file(const fs::path& file, MissingLabels missing, Dataset& dataset) {
  dataset.label_files.push_back(file);
  const auto text = read_text_file(file, limits::kDatasetJson.bytes);
  const auto fits = text ? check_json_limits(*text, limits::kDatasetJson) : text.error();
  if (!fits) return dataset.problems.add(file.string(), fits.error().message);
  const Json json = Json::parse(without_byte_order_mark(*text), nullptr, false);
  if (!json.is_object()) return dataset.problems.add(file.string(), "it is no JSON object");
  const auto metadata = json.find("_via_img_metadata");
  const Json& pictures = metadata == json.end() ? json : *metadata;
  PictureFinder finder({file.parent_path(), file.parent_path() / "images"});
  std::vector<Sample> samples;
  std::vector<bool> whole;
  for (const auto& [key, entry] : pictures.items()) {
    const auto name = entry.is_object() ? entry.find("filename") : entry.end();
    if (!entry.is_object() || name == entry.end() || !name->is_string()) {
      dataset.problems.add(fmt::format("{}: \"{}\"", file.string(), key), "expected an object with a \"filename\"");
      continue;
    }
    Sample sample;
    sample.image = finder.find(name->get<std::string>()).file;
    sample.source_line = fmt::format("{}: {}", file.string(), name->get<std::string>());
    sample.split = split_named(file.stem().string());
    const auto regions = entry.find("regions");
    whole.push_back(regions == entry.end() || read_regions(sample.source_line, *regions, sample, dataset.problems));
    samples.push_back(std::move(sample));
  }
  label_listed(samples, whole, file.filename().string(), missing, dataset);
  warn_of_elsewhere(finder, dataset);
}

}  // namespace

std::string via_evidence(const FolderContent& folder) {
  const auto files = via_files(folder);
  return files.empty() ? "" : files.front();
}

Result<void> read_via(const FolderContent& folder, const ReadOptions& options, Dataset& dataset) {
  for (const auto& name : via_files(folder)) read_file(folder.path / name, options.missing_labels, dataset);
  return {};
}

}  // namespace lineguard::dataset
