#include "answers.h"

#include <span>
#include <utility>

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

std::string inspect_json(const std::string& id, Prediction prediction, const std::optional<wire::Question>& question) {
  const std::optional<FloatMap> map = std::exchange(prediction.map, std::nullopt);
  const std::vector<float> embedding = std::exchange(prediction.embedding, {});
  const std::string line = wire::to_json({id, "request", std::move(prediction), std::nullopt, {}, {}, question});
  if (!map && embedding.empty()) return line + "\n";
  Json json = Json::parse(line);
  if (map) {
    json["map"] = {{"width", map->size.width_px},
                   {"height", map->size.height_px},
                   {"float32_base64", encode_base64(std::as_bytes(std::span(map->values)))}};
  }
  if (!embedding.empty()) json["embedding"] = embedding;
  return text_of(json);
}

}  // namespace lineguard::serving
