#include "answers.h"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/base64.h>
#include <lineguard/wire/inspect_line.h>

namespace lineguard::serving {
namespace {

using Json = nlohmann::ordered_json;

// Its files and its self-test where something looks after it.
Json object_of(const ServedModel& model) {
  const ModelIdentity& identity = model.identity;
  Json json = {{"name", identity.name}, {"version", identity.version}, {"digest", identity.digest}};
  if (!model.health) return json;
  const detector::ModelHealth health = model.health();
  json["files_changed"] = !health.files_changed.empty();
  json["self_test_failed"] = !health.self_test_failed.empty();
  json["self_tests"] = health.self_tests;
  return json;
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Little-endian float32, row by row, in base64: a megapixel as JSON numbers would be ten times larger. Piece by piece,
// so that it is never held twice: `text` has room for it.
void append_base64(const std::vector<float>& values, std::string& text) {
  constexpr std::size_t kPieceBytes = 3u << 18;  // whole groups of three
  const auto bytes = std::as_bytes(std::span(values));
  for (std::size_t from = 0; from < bytes.size(); from += kPieceBytes)
    text += encode_base64(bytes.subspan(from, std::min(kPieceBytes, bytes.size() - from)));
}

}  // namespace

std::string model_json(const ServedModel& model) {
  Json json = {{"schema", "lineguard.model/1"}};
  json.update(object_of(model));
  return text_of(json);
}

std::string models_json(const std::map<std::string, ServedModel, std::less<>>& models) {
  Json json = {{"schema", "lineguard.models/1"}, {"models", Json::array()}};
  for (const auto& [name, model] : models) json["models"].push_back(object_of(model));
  return text_of(json);
}

std::string inspect_json(const std::string& id, Prediction prediction, const package::PointInUse& point,
                         const std::optional<wire::Question>& question) {
  const std::optional<FloatMap> map = std::exchange(prediction.map, std::nullopt);
  const std::vector<float> embedding = std::exchange(prediction.embedding, {});
  const std::string rule = point.rule_of(prediction);
  std::string text =
      wire::to_json({id, "request", std::move(prediction), std::nullopt, {}, {}, question, point.digest, rule});
  const std::string more = embedding.empty() ? "" : ",\"embedding\":" + Json(embedding).dump();
  text.pop_back();  // the object goes on
  if (map) {
    constexpr std::size_t kNamesAndEnd = 100;
    text.reserve(text.size() + base64_bytes(map->values.size() * sizeof(float)) + more.size() + kNamesAndEnd);
    text += fmt::format(",\"map\":{{\"width\":{},\"height\":{},\"float32_base64\":\"", map->size.width_px,
                        map->size.height_px);
    append_base64(map->values, text);
    text += "\"}";
  }
  return text += more + "}\n";
}

}  // namespace lineguard::serving
