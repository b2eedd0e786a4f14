#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/record/decision_json.h>

namespace lineguard::record {
namespace {

using nlohmann::json;

// JSON has no NaN: it is recorded as null.
json number(double value) {
  return std::isfinite(value) ? json(value) : json(nullptr);
}

json region_json(const Region& region) {
  json object = {{"box", {region.box.x, region.box.y, region.box.width, region.box.height}},
                 {"score", number(region.score)}};
  if (!region.class_name.empty()) object["class"] = region.class_name;
  return object;
}

json prediction_json(const Prediction& prediction) {
  json regions = json::array();
  for (const Region& region : prediction.regions) regions.push_back(region_json(region));
  return {
      {"label", to_string(prediction.label)},
      {"score", number(prediction.score)},
      {"threshold", number(prediction.threshold)},
      {"operating_point", prediction.operating_point},
      {"model",
       {{"name", prediction.model.name}, {"version", prediction.model.version}, {"digest", prediction.model.digest}}},
      {"decode_ms", number(prediction.decode_ms)},
      {"predict_ms", number(prediction.predict_ms)},
      {"regions", std::move(regions)}};
}

void add_text(json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

template <typename T, typename List>
bool find_by_name(const json& object, const char* key, const List& candidates, T& value) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return false;
  for (const T candidate : candidates) {
    if (to_string(candidate) == found->template get_ref<const std::string&>()) return value = candidate, true;
  }
  return false;
}

double number_or_nan(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : std::nan("");
}

std::string text_or_empty(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Prediction read_prediction(const json& object) {
  Prediction prediction;
  find_by_name(object, "label", std::initializer_list<Label>{Label::good, Label::defective, Label::unknown},
               prediction.label);
  prediction.score = number_or_nan(object, "score");
  prediction.threshold = number_or_nan(object, "threshold");
  prediction.operating_point = text_or_empty(object, "operating_point");
  const json model = object.value("model", json::object());
  prediction.model.name = text_or_empty(model, "name");
  prediction.model.digest = text_or_empty(model, "digest");
  if (model.contains("version") && model["version"].is_number_integer()) prediction.model.version = model["version"];
  return prediction;
}

Error missing(const Event& event, const char* field) {
  return make_error(ErrorCode::corrupt_data, fmt::format("event {} ({}): the payload's \"{}\" is missing or not known",
                                                         event.sequence, event.kind, field));
}

}  // namespace

Entry decision_entry(EventKind kind, const Decision& decision, const DecisionContext& context) {
  json payload = {{"outcome", to_string(decision.outcome)},
                  {"gate", to_string(decision.gate)},
                  {"reason", to_string(decision.reason)},
                  {"decided_at", format_utc(decision.decided_at)},
                  {"trigger_to_decision_ms", number(decision.trigger_to_decision_ms)}};
  add_text(payload, "detail", decision.detail);
  add_text(payload, "recipe", context.recipe);
  add_text(payload, "serial", context.serial);
  add_text(payload, "lot", context.lot);
  add_text(payload, "picture", context.picture);
  if (decision.threshold) payload["threshold"] = number(*decision.threshold);
  if (decision.prediction) payload["prediction"] = prediction_json(*decision.prediction);
  return Entry{kind, decision.part_number, payload.dump(-1, ' ', false, json::error_handler_t::replace)};
}

Result<Decision> parse_decision(const Event& event) {
  const json payload = json::parse(event.payload, nullptr, false);
  if (!payload.is_object() || !event.part) return missing(event, "part");
  Decision decision;
  decision.part_number = *event.part;
  const std::initializer_list<Outcome> outcomes = {Outcome::pass, Outcome::divert};
  if (!find_by_name(payload, "outcome", outcomes, decision.outcome)) return missing(event, "outcome");
  const std::initializer_list<Gate> gates = {Gate::none, Gate::reject, Gate::review};
  if (!find_by_name(payload, "gate", gates, decision.gate)) return missing(event, "gate");
  if (!find_by_name(payload, "reason", all_reasons(), decision.reason)) return missing(event, "reason");
  decision.detail = text_or_empty(payload, "detail");
  if (payload.contains("threshold")) decision.threshold = number_or_nan(payload, "threshold");
  decision.trigger_to_decision_ms = number_or_nan(payload, "trigger_to_decision_ms");
  if (payload.contains("prediction") && payload["prediction"].is_object()) {
    decision.prediction = read_prediction(payload["prediction"]);
  }
  return decision;
}

}  // namespace lineguard::record
