#include "answers.h"

#include <nlohmann/json.hpp>

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

}  // namespace lineguard::serving
