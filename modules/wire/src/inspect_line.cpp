#include "json_fields.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include <lineguard/wire/inspect_line.h>

namespace lineguard::wire {
namespace {

constexpr std::string_view kSchema = "lineguard.inspect/1";

Json region_json(const Region& region) {
  Json json;
  json["box"] = {region.box.x, region.box.y, region.box.width, region.box.height};
  json["score"] = region.score;
  if (!region.class_name.empty()) json["class"] = region.class_name;
  if (!region.polygon.empty()) {
    Json polygon = Json::array();
    for (const Point& point : region.polygon) polygon.push_back({point.x, point.y});
    json["polygon"] = std::move(polygon);
  }
  return json;
}

void add_prediction(Json& json, const Prediction& prediction) {
  json["width"] = prediction.image_size.width_px;
  json["height"] = prediction.image_size.height_px;
  json["label"] = to_string(prediction.label);
  json["score"] = prediction.score;
  json["threshold"] = prediction.threshold;
  json["operating_point"] = prediction.operating_point;
  Json regions = Json::array();
  for (const Region& region : prediction.regions) regions.push_back(region_json(region));
  json["regions"] = std::move(regions);
  const ModelIdentity& model = prediction.model;
  json["model"] = {{"name", model.name}, {"version", model.version}, {"digest", model.digest}};
  json["timings_ms"] = {{"decode", prediction.decode_ms}, {"predict", prediction.predict_ms}};
}

void add_error(Json& json, const Error& error) {
  json["label"] = to_string(Label::unknown);
  json["error"] = {{"code", to_string(error.code)}, {"message", error.message}};
}

// The `count` numbers of an array, all finite.
Result<std::vector<double>> numbers(const Json& array, std::size_t count, std::string_view name) {
  const bool right = array.is_array() && array.size() == count &&
                     std::ranges::all_of(array, [](const Json& value) { return value.is_number(); });
  if (right) return array.get<std::vector<double>>();
  return make_error(ErrorCode::corrupt_data,
                    fmt::format("{}: expected {} numbers, found {}", name, count, dump(array).substr(0, 60)));
}

Result<std::vector<Point>> read_polygon(const Fields& fields) {
  std::vector<Point> polygon;
  if (!fields.has("polygon")) return polygon;
  LINEGUARD_ASSIGN(const Json* points, fields.array("polygon"));
  for (const Json& point : *points) {
    LINEGUARD_ASSIGN(const auto xy, numbers(point, 2, fields.name("polygon")));
    polygon.push_back({xy[0], xy[1]});
  }
  return polygon;
}

Result<Region> read_region(const Json& json, const std::string& path) {
  const Fields fields(json, path + ".");
  Region region;
  LINEGUARD_ASSIGN(const Json* box, fields.array("box"));
  LINEGUARD_ASSIGN(const auto sides, numbers(*box, 4, fields.name("box")));
  region.box = {sides[0], sides[1], sides[2], sides[3]};
  LINEGUARD_ASSIGN(region.score, fields.number("score"));
  if (fields.has("class")) {
    LINEGUARD_ASSIGN(region.class_name, fields.text("class"));
  }
  LINEGUARD_ASSIGN(region.polygon, read_polygon(fields));
  return region;
}

Result<std::vector<Region>> read_regions(const Fields& fields) {
  std::vector<Region> regions;
  LINEGUARD_ASSIGN(const Json* array, fields.array("regions"));
  for (const Json& json : *array) {
    const std::string path = fmt::format("regions[{}]", regions.size());
    if (!json.is_object()) return make_error(ErrorCode::corrupt_data, path + ": expected an object");
    LINEGUARD_ASSIGN(Region region, read_region(json, path));
    regions.push_back(std::move(region));
  }
  return regions;
}

Result<Label> read_label(const Fields& fields) {
  LINEGUARD_ASSIGN(const std::string text, fields.text("label"));
  for (const Label label : {Label::good, Label::defective, Label::unknown}) {
    if (text == to_string(label)) return label;
  }
  return fields.wrong("label", "good, defective or unknown");
}

Result<int> read_side(const Fields& fields, std::string_view key) {
  LINEGUARD_ASSIGN(const std::int64_t side, fields.integer(key));
  if (side < 1 || side > 1'000'000) return fields.wrong(key, "1 to 1000000 pixels");
  return static_cast<int>(side);
}

Result<ModelIdentity> read_model(const Fields& fields) {
  LINEGUARD_ASSIGN(const Json* json, fields.object("model"));
  const Fields model_fields(*json, "model.");
  ModelIdentity model;
  LINEGUARD_ASSIGN(model.name, model_fields.text("name"));
  LINEGUARD_ASSIGN(model.version, model_fields.integer("version"));
  LINEGUARD_ASSIGN(model.digest, model_fields.text("digest"));
  return model;
}

Result<Prediction> read_prediction(const Fields& fields) {
  Prediction prediction;
  LINEGUARD_ASSIGN(prediction.label, read_label(fields));
  LINEGUARD_ASSIGN(prediction.image_size.width_px, read_side(fields, "width"));
  LINEGUARD_ASSIGN(prediction.image_size.height_px, read_side(fields, "height"));
  LINEGUARD_ASSIGN(prediction.score, fields.number("score"));
  LINEGUARD_ASSIGN(prediction.threshold, fields.number("threshold"));
  LINEGUARD_ASSIGN(prediction.operating_point, fields.text("operating_point"));
  LINEGUARD_ASSIGN(prediction.regions, read_regions(fields));
  LINEGUARD_ASSIGN(prediction.model, read_model(fields));
  LINEGUARD_ASSIGN(const Json* timings, fields.object("timings_ms"));
  const Fields timing_fields(*timings, "timings_ms.");
  LINEGUARD_ASSIGN(prediction.decode_ms, timing_fields.number("decode"));
  LINEGUARD_ASSIGN(prediction.predict_ms, timing_fields.number("predict"));
  return prediction;
}

Result<void> read_error(const Fields& fields, Error& error) {
  LINEGUARD_ASSIGN(const Json* json, fields.object("error"));
  const Fields error_fields(*json, "error.");
  LINEGUARD_ASSIGN(const std::string code, error_fields.text("code"));
  LINEGUARD_ASSIGN(error.message, error_fields.text("message"));
  const auto known = value_named(kErrorCodeNames, code);
  if (!known) return error_fields.wrong("code", "an error code of lineguard");
  error.code = *known;
  return {};
}

}  // namespace

std::string to_json(const InspectLine& line) {
  Json json;
  json["schema"] = kSchema;
  if (!line.id.empty()) json["id"] = line.id;
  json["image"] = line.image;
  if (line.error) {
    add_error(json, *line.error);
  } else if (line.prediction && std::isfinite(line.prediction->score)) {
    add_prediction(json, *line.prediction);
    if (!line.overlay.empty()) json["overlay"] = line.overlay;
    if (!line.map.empty()) json["map_file"] = line.map;
  } else {
    // JSON has no NaN, and a score that is none must not pass for an answer.
    add_error(json, make_error(ErrorCode::internal, "the model gave no finite score"));
  }
  return dump(json);
}

Result<InspectLine> parse_inspect_line(std::string_view text) {
  LINEGUARD_ASSIGN(const Json json, parse_object(text));
  const Fields fields(json, "");
  LINEGUARD_ASSIGN(const std::string schema, fields.text("schema"));
  if (schema != kSchema) return fields.wrong("schema", fmt::format("\"{}\"", kSchema));
  InspectLine line;
  if (fields.has("id")) {
    LINEGUARD_ASSIGN(line.id, fields.text("id"));
  }
  LINEGUARD_ASSIGN(line.image, fields.text("image"));
  if (fields.has("error")) {
    LINEGUARD_TRY(read_error(fields, line.error.emplace()));
    return line;
  }
  LINEGUARD_ASSIGN(line.prediction, read_prediction(fields));
  if (fields.has("overlay")) {
    LINEGUARD_ASSIGN(line.overlay, fields.text("overlay"));
  }
  if (fields.has("map_file")) {
    LINEGUARD_ASSIGN(line.map, fields.text("map_file"));
  }
  return line;
}

}  // namespace lineguard::wire
