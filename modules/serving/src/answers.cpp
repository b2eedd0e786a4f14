#include "answers.h"

#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include <lineguard/core/base64.h>
#include <lineguard/wire/inspect_line.h>

namespace lineguard::serving {
namespace {

using Json = nlohmann::ordered_json;

Json object_of(const ModelIdentity& model) {
  return {{"name", model.name}, {"version", model.version}, {"digest", model.digest}};
}

}  // namespace

std::string model_json(const ModelIdentity& model) {
  Json json = {{"schema", "lineguard.model/1"}};
  json.update(object_of(model));
  return json.dump() + "\n";
}

std::string models_json(const std::map<std::string, ServedModel, std::less<>>& models) {
  Json json = {{"schema", "lineguard.models/1"}, {"models", Json::array()}};
  for (const auto& [name, model] : models) json["models"].push_back(object_of(model.identity));
  return json.dump() + "\n";
}

std::string inspect_json(const std::string& id, Prediction prediction) {
  const std::optional<FloatMap> map = std::exchange(prediction.map, std::nullopt);
  const std::vector<float> embedding = std::exchange(prediction.embedding, {});
  const std::string line = wire::to_json({id, "request", std::move(prediction), std::nullopt});
  if (!map && embedding.empty()) return line + "\n";
  Json json = Json::parse(line);
  if (map) {
    json["map"] = {{"width", map->size.width_px},
                   {"height", map->size.height_px},
                   {"float32_base64", encode_base64(std::as_bytes(std::span(map->values)))}};
  }
  if (!embedding.empty()) json["embedding"] = embedding;
  return json.dump() + "\n";
}

}  // namespace lineguard::serving
