#include "json_fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include <fmt/format.h>

#include <lineguard/core/base64.h>
#include <lineguard/core/words.h>
#include <lineguard/wire/inspect_line.h>

namespace lineguard::wire {
namespace {

constexpr std::string_view kSchema = "lineguard.inspect/1";
constexpr std::size_t kMostShown = 1'000;  // bytes of somebody else's message

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
  if (!region.view.empty()) json["view"] = region.view;
  return json;
}

Json sums_json(const std::vector<PictureSum>& sums) {
  Json list = Json::array();
  for (const PictureSum& sum : sums) {
    Json one;
    if (!sum.view.empty()) one["view"] = sum.view;
    one["bytes"] = sum.bytes;
    one["xxh3"] = fmt::format("{:016x}", sum.xxh3);
    list.push_back(std::move(one));
  }
  return list;
}

Json question_json(const Question& question) {
  Json json;
  json["nonce"] = question.nonce;
  if (question.part) json["part"] = *question.part;
  json["pictures"] = sums_json(question.pictures);
  if (!question.templates.empty()) json["templates"] = sums_json(question.templates);
  return json;
}

void add_prediction(Json& json, const InspectLine& line) {
  const Prediction& prediction = *line.prediction;
  json["width"] = prediction.image_size.width_px;
  json["height"] = prediction.image_size.height_px;
  json["label"] = to_string(prediction.label);
  json["score"] = prediction.score;
  json["threshold"] = prediction.threshold;
  json["operating_point"] = prediction.operating_point;
  if (!line.operating_point_digest.empty()) json["operating_point_digest"] = line.operating_point_digest;
  if (!line.rule.empty()) json["rule"] = line.rule;
  Json regions = Json::array();
  for (const Region& region : prediction.regions) regions.push_back(region_json(region));
  json["regions"] = std::move(regions);
  const ModelIdentity& model = prediction.model;
  json["model"] = {{"name", model.name}, {"version", model.version}, {"digest", model.digest}};
  json["timings_ms"] = {{"decode", prediction.decode_ms}, {"predict", prediction.predict_ms}};
}

// What a prediction has only where it was asked for, behind the object's other keys. Maps are little-endian float32,
// row by row, in base64: a megapixel as JSON numbers would be ten times larger. Piece by piece, so that it is never
// held twice.
void append_outputs(const Prediction& prediction, std::string& text) {
  const std::string embedding =
      prediction.embedding.empty() ? "" : ",\"embedding\":" + dump(Json(prediction.embedding));
  text.pop_back();  // the object goes on
  if (prediction.map) {
    constexpr std::size_t kPieceBytes = 3u << 18;  // whole groups of three
    constexpr std::size_t kNamesAndEnd = 100;
    const auto bytes = std::as_bytes(std::span(prediction.map->values));
    text.reserve(text.size() + base64_bytes(bytes.size()) + embedding.size() + kNamesAndEnd);
    text += fmt::format(",\"map\":{{\"width\":{},\"height\":{},\"float32_base64\":\"", prediction.map->size.width_px,
                        prediction.map->size.height_px);
    for (std::size_t from = 0; from < bytes.size(); from += kPieceBytes)
      text += encode_base64(bytes.subspan(from, std::min(kPieceBytes, bytes.size() - from)));
    text += "\"}";
  }
  text += embedding + "}";
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
                    fmt::format("{}: expected {} numbers, found {}", name, count,
                                array.is_array() ? fmt::format("an array of {}", array.size()) : array.type_name()));
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
  if (fields.has("view")) {
    LINEGUARD_ASSIGN(region.view, fields.text("view"));
  }
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

Result<std::vector<float>> read_embedding(const Fields& fields) {
  LINEGUARD_ASSIGN(const Json* array, fields.array("embedding"));
  LINEGUARD_ASSIGN(const auto values, numbers(*array, array->size(), "embedding"));
  return std::vector<float>(values.begin(), values.end());
}

Result<FloatMap> read_map(const Fields& fields) {
  LINEGUARD_ASSIGN(const Json* json, fields.object("map"));
  const Fields inner(*json, "map.");
  FloatMap map;
  LINEGUARD_ASSIGN(map.size.width_px, read_side(inner, "width"));
  LINEGUARD_ASSIGN(map.size.height_px, read_side(inner, "height"));
  LINEGUARD_ASSIGN(const std::string text, inner.text("float32_base64"));
  LINEGUARD_ASSIGN(const Bytes bytes, decode_base64(text));
  const auto expected = static_cast<std::size_t>(map.size.width_px) * static_cast<std::size_t>(map.size.height_px);
  if (bytes.size() != expected * sizeof(float))
    return make_error(ErrorCode::corrupt_data,
                      fmt::format("map.float32_base64: found {} bytes, expected {} floats", bytes.size(), expected));
  map.values.resize(expected);
  std::memcpy(map.values.data(), bytes.data(), bytes.size());
  return map;
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
  if (fields.has("embedding")) {
    LINEGUARD_ASSIGN(prediction.embedding, read_embedding(fields));
  }
  if (fields.has("map")) {
    LINEGUARD_ASSIGN(prediction.map, read_map(fields));
  }
  return prediction;
}

Result<PictureSum> read_sum(const Json& json, const std::string& path) {
  if (!json.is_object()) return make_error(ErrorCode::corrupt_data, path + ": expected an object");
  const Fields fields(json, path + ".");
  PictureSum sum;
  if (fields.has("view")) {
    LINEGUARD_ASSIGN(sum.view, fields.text("view"));
  }
  LINEGUARD_ASSIGN(const std::int64_t bytes, fields.integer("bytes"));
  LINEGUARD_ASSIGN(const std::string digits, fields.text("xxh3"));
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), sum.xxh3, 16);
  if (bytes < 0) return fields.wrong("bytes", "0 or more");
  if (digits.size() != 16 || read.ptr != digits.data() + digits.size())
    return fields.wrong("xxh3", "16 hexadecimal digits");
  sum.bytes = static_cast<std::uint64_t>(bytes);
  return sum;
}

Result<std::vector<PictureSum>> read_sums(const Fields& fields, std::string_view key) {
  std::vector<PictureSum> sums;
  LINEGUARD_ASSIGN(const Json* array, fields.array(key));
  for (const Json& json : *array) {
    LINEGUARD_ASSIGN(PictureSum sum, read_sum(json, fmt::format("{}[{}]", fields.name(key), sums.size())));
    sums.push_back(std::move(sum));
  }
  return sums;
}

Result<std::optional<Question>> read_question(const Fields& fields) {
  if (!fields.has("question")) return std::optional<Question>();
  LINEGUARD_ASSIGN(const Json* json, fields.object("question"));
  const Fields inner(*json, "question.");
  Question question;
  LINEGUARD_ASSIGN(question.nonce, inner.text("nonce"));
  if (inner.has("part")) {
    LINEGUARD_ASSIGN(const std::int64_t part, inner.integer("part"));
    if (part < 0 || part > std::numeric_limits<PartNumber>::max()) return inner.wrong("part", "a part number");
    question.part = static_cast<PartNumber>(part);
  }
  if (inner.has("pictures")) {
    LINEGUARD_ASSIGN(question.pictures, read_sums(inner, "pictures"));
  }
  if (inner.has("templates")) {
    LINEGUARD_ASSIGN(question.templates, read_sums(inner, "templates"));
  }
  return std::optional<Question>(std::move(question));
}

Result<void> read_error(const Fields& fields, Error& error) {
  LINEGUARD_ASSIGN(const Json* json, fields.object("error"));
  const Fields error_fields(*json, "error.");
  LINEGUARD_ASSIGN(const std::string code, error_fields.text("code"));
  LINEGUARD_ASSIGN(const std::string message, error_fields.text("message"));
  error.message = on_one_line(message, kMostShown);
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
  if (line.question) json["question"] = question_json(*line.question);
  json["image"] = line.image;
  if (line.error) {
    add_error(json, *line.error);
  } else if (line.prediction && std::isfinite(line.prediction->score)) {
    add_prediction(json, line);
    if (!line.overlay.empty()) json["overlay"] = line.overlay;
    if (!line.map.empty()) json["map_file"] = line.map;
  } else {
    // JSON has no NaN, and a score that is none must not pass for an answer.
    add_error(json, make_error(ErrorCode::internal, "the model gave no finite score"));
  }
  std::string text = dump(json);
  if (!json.contains("error") && (line.prediction->map || !line.prediction->embedding.empty()))
    append_outputs(*line.prediction, text);
  return text;
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
  LINEGUARD_ASSIGN(line.question, read_question(fields));
  LINEGUARD_ASSIGN(line.image, fields.text("image"));
  if (fields.has("error")) {
    LINEGUARD_TRY(read_error(fields, line.error.emplace()));
    return line;
  }
  LINEGUARD_ASSIGN(line.prediction, read_prediction(fields));
  if (fields.has("operating_point_digest")) {
    LINEGUARD_ASSIGN(line.operating_point_digest, fields.text("operating_point_digest"));
  }
  if (fields.has("rule")) {
    LINEGUARD_ASSIGN(line.rule, fields.text("rule"));
  }
  if (fields.has("overlay")) {
    LINEGUARD_ASSIGN(line.overlay, fields.text("overlay"));
  }
  if (fields.has("map_file")) {
    LINEGUARD_ASSIGN(line.map, fields.text("map_file"));
  }
  return line;
}

std::string to_error_json(const Error& error, const std::optional<Question>& question) {
  Json json;
  json["error"] = error.message;
  json["code"] = to_string(error.code);
  if (question) json["question"] = question_json(*question);
  return dump(json) + "\n";
}

ErrorAnswer parse_error_answer(std::string_view text) {
  ErrorAnswer answer;
  const auto json = parse_object(text);
  if (!json) return answer;
  const Fields fields(*json, "");
  const auto message = fields.text("error");
  const auto code = fields.text("code");
  if (!message || !code) return answer;
  if (auto question = read_question(fields)) answer.question = std::move(*question);
  const ErrorCode known = value_named(kErrorCodeNames, *code).value_or(ErrorCode::internal);
  answer.error = make_error(known, on_one_line(*message, kMostShown));
  return answer;
}

}  // namespace lineguard::wire
