#include "fields.h"
#include "payload.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <lineguard/record/decision_json.h>

namespace lineguard::record {
namespace {

using nlohmann::json;

// What one event holds at most; together well below limits::kRecordJson.
constexpr std::size_t kMaxRegions = 512;
constexpr std::size_t kMaxPoints = 8000;  // of all polygons together
constexpr std::size_t kMaxTextBytes = 4096;

// ---- writing

// JSON has no such numbers: NaN is null, the infinities are words.
json number(double value) {
  if (std::isfinite(value)) return value;
  if (std::isnan(value)) return nullptr;
  return value > 0 ? "inf" : "-inf";
}

std::string shortened(const std::string& text) {
  if (text.size() <= kMaxTextBytes) return text;
  std::size_t end = kMaxTextBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return text.substr(0, end) + "…";
}

void add_text(json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = shortened(text);
}

json region_json(const Region& region) {
  json object = {
      {"box", {number(region.box.x), number(region.box.y), number(region.box.width), number(region.box.height)}},
      {"score", number(region.score)}};
  add_text(object, "class", region.class_name);
  add_text(object, "view", region.view);
  for (const Point& point : region.polygon) object["polygon"].push_back({number(point.x), number(point.y)});
  return object;
}

// The highest scores come first, so that the weakest are left out.
void add_regions(json& object, const std::vector<Region>& regions) {
  json written = json::array();
  std::size_t points = 0;
  for (const Region& region : regions) {
    points += region.polygon.size();
    if (written.size() == kMaxRegions || points > kMaxPoints) break;
    written.push_back(region_json(region));
  }
  if (written.size() < regions.size()) object["regions_left_out"] = regions.size() - written.size();
  object["regions"] = std::move(written);
}

json prediction_json(const Prediction& prediction) {
  json object = {{"label", to_string(prediction.label)},
                 {"score", number(prediction.score)},
                 {"threshold", number(prediction.threshold)},
                 {"operating_point", shortened(prediction.operating_point)},
                 {"model",
                  {{"name", shortened(prediction.model.name)},
                   {"version", prediction.model.version},
                   {"digest", shortened(prediction.model.digest)}}},
                 {"decode_ms", number(prediction.decode_ms)},
                 {"predict_ms", number(prediction.predict_ms)}};
  add_regions(object, prediction.regions);
  for (const PictureSum& picture : prediction.pictures)
    object["pictures"].push_back(
        {{"view", picture.view}, {"bytes", picture.bytes}, {"xxh3", fmt::format("{:016x}", picture.xxh3)}});
  if (prediction.image_size.width_px > 0)
    object["image_size"] = {prediction.image_size.width_px, prediction.image_size.height_px};
  return object;
}

json digests_json(const std::vector<PictureDigest>& digests) {
  json list = json::array();
  for (const PictureDigest& digest : digests) list.push_back({{"view", digest.view}, {"sha256", digest.sha256}});
  return list;
}

void add_context(json& payload, const DecisionContext& context) {
  add_text(payload, "recipe", context.recipe);
  add_text(payload, "serial", context.serial);
  add_text(payload, "lot", context.lot);
  add_text(payload, "picture", context.picture);
  if (!context.picture_sha256.empty()) payload["picture_sha256"] = digests_json(context.picture_sha256);
  if (context.unknown_band) payload["unknown_band"] = number(*context.unknown_band);
  if (context.kept)
    payload["kept"] = {{"file", shortened(context.kept->file)},
                       {"because", to_string(context.kept->because)},
                       {"probability", number(context.kept->probability)}};
}

// ---- reading

Region read_region(Fields fields) {
  Region region;
  fields.require("box");
  if (const json* box = fields.find("box"))
    fields.coordinates(*box, "box", {&region.box.x, &region.box.y, &region.box.width, &region.box.height});
  fields.number("score", region.score);
  fields.text("class", region.class_name);
  fields.text("view", region.view);
  fields.list("polygon", [&](const json& element) {
    Point point;
    fields.coordinates(element, "polygon", {&point.x, &point.y});
    region.polygon.push_back(point);
  });
  return region;
}

PictureSum read_picture_sum(Fields fields) {
  PictureSum sum;
  std::string hexadecimal;
  fields.text("view", sum.view);
  fields.integer("bytes", sum.bytes);
  fields.text("xxh3", hexadecimal);
  const char* end = hexadecimal.data() + hexadecimal.size();
  const auto parsed = std::from_chars(hexadecimal.data(), end, sum.xxh3, 16);
  if (hexadecimal.size() != 16 || parsed.ec != std::errc() || parsed.ptr != end) fields.bad("xxh3");
  return sum;
}

ModelIdentity read_model(Fields fields) {
  ModelIdentity model;
  fields.text("name", model.name);
  fields.integer("version", model.version);
  fields.text("digest", model.digest);
  return model;
}

Prediction read_prediction(Fields fields) {
  Prediction prediction;
  fields.name("label", kLabelNames, prediction.label);
  fields.number("score", prediction.score);
  fields.number("threshold", prediction.threshold);
  fields.text("operating_point", prediction.operating_point);
  if (const json* model = fields.find("model")) prediction.model = read_model(fields.inside(*model, "model"));
  fields.number("decode_ms", prediction.decode_ms);
  fields.number("predict_ms", prediction.predict_ms);
  fields.list("regions", [&](const json& element) {
    prediction.regions.push_back(read_region(fields.inside(element, "regions")));
  });
  fields.list("pictures", [&](const json& element) {
    prediction.pictures.push_back(read_picture_sum(fields.inside(element, "pictures")));
  });
  if (const json* size = fields.find("image_size")) {
    double width = 0, height = 0;
    fields.coordinates(*size, "image_size", {&width, &height});
    if (!(width >= 0 && width <= INT32_MAX && height >= 0 && height <= INT32_MAX))
      fields.bad("image_size");
    else
      prediction.image_size = {static_cast<int>(width), static_cast<int>(height)};
  }
  return prediction;
}

std::vector<PictureDigest> read_digests(Fields& fields) {
  std::vector<PictureDigest> digests;
  fields.list("picture_sha256", [&](const json& element) {
    PictureDigest& digest = digests.emplace_back();
    Fields inner = fields.inside(element, "picture_sha256");
    inner.text("view", digest.view);
    inner.text("sha256", digest.sha256);
  });
  return digests;
}

KeptPicture read_kept(Fields fields) {
  KeptPicture kept;
  fields.text("file", kept.file);
  fields.name("because", kKeptBecauseNames, kept.because);
  fields.number("probability", kept.probability);
  return kept;
}

DecisionContext read_context(Fields& fields) {
  DecisionContext context;
  fields.text("recipe", context.recipe);
  fields.text("serial", context.serial);
  fields.text("lot", context.lot);
  fields.text("picture", context.picture);
  context.picture_sha256 = read_digests(fields);
  fields.number("unknown_band", context.unknown_band);
  if (const json* kept = fields.find("kept")) context.kept = read_kept(fields.inside(*kept, "kept"));
  return context;
}

Error cannot_read(const Event& event, std::string_view field) {
  return make_error(ErrorCode::corrupt_data, fmt::format("event {} ({}): the payload's \"{}\" is missing or not known",
                                                         event.sequence, event.kind, field));
}

Result<json> payload_of(const Event& event) {
  auto payload = parse_payload(event.payload);
  if (payload) return payload;
  return make_error(payload.error().code == ErrorCode::too_large ? ErrorCode::too_large : ErrorCode::corrupt_data,
                    fmt::format("event {} ({}): {}", event.sequence, event.kind, payload.error().message));
}

}  // namespace

Entry decision_entry(EventKind kind, const Decision& decision, const DecisionContext& context) {
  json payload = {{"outcome", to_string(decision.outcome)},
                  {"gate", to_string(decision.gate)},
                  {"reason", to_string(decision.reason)},
                  {"decided_at", format_utc(decision.decided_at)},
                  {"trigger_to_decision_ms", number(decision.trigger_to_decision_ms)}};
  add_text(payload, "detail", decision.detail);
  add_context(payload, context);
  if (decision.threshold) payload["threshold"] = number(*decision.threshold);
  if (decision.prediction) payload["prediction"] = prediction_json(*decision.prediction);
  return Entry{kind, decision.part_number, payload_text(payload)};
}

Result<RecordedDecision> parse_recorded_decision(const Event& event) {
  LINEGUARD_ASSIGN(const json payload, payload_of(event));
  if (!event.part) return cannot_read(event, "part");
  std::string problem;
  Fields fields(payload, problem);
  RecordedDecision recorded;
  Decision& decision = recorded.decision;
  decision.part_number = *event.part;
  fields.name("outcome", kOutcomeNames, decision.outcome);
  fields.name("gate", kGateNames, decision.gate);
  fields.name("reason", kReasonNames, decision.reason);
  fields.time("decided_at", decision.decided_at);
  fields.text("detail", decision.detail);
  fields.number("threshold", decision.threshold);
  decision.trigger_to_decision_ms = std::numeric_limits<double>::quiet_NaN();
  fields.number("trigger_to_decision_ms", decision.trigger_to_decision_ms);
  if (const json* prediction = fields.find("prediction"))
    decision.prediction = read_prediction(fields.inside(*prediction, "prediction"));
  recorded.context = read_context(fields);
  if (!problem.empty()) return cannot_read(event, problem);
  return recorded;
}

Result<Decision> parse_decision(const Event& event) {
  LINEGUARD_ASSIGN(RecordedDecision recorded, parse_recorded_decision(event));
  return std::move(recorded.decision);
}

Entry decided_range_entry(const RangeDecision& decision) {
  json payload = {{"first", decision.range.first},          {"last", decision.range.last},
                  {"outcome", to_string(decision.outcome)}, {"gate", to_string(decision.gate)},
                  {"reason", to_string(decision.reason)},   {"decided_at", format_utc(decision.decided_at)}};
  add_text(payload, "detail", decision.detail);
  add_context(payload, decision.context);
  return Entry{EventKind::decided_range, std::nullopt, payload_text(payload)};
}

Result<RangeDecision> parse_decided_range(const Event& event) {
  LINEGUARD_ASSIGN(const json payload, payload_of(event));
  std::string problem;
  Fields fields(payload, problem);
  RangeDecision decision;
  for (const char* key : {"first", "last"}) fields.require(key);
  fields.integer("first", decision.range.first);
  fields.integer("last", decision.range.last);
  fields.name("outcome", kOutcomeNames, decision.outcome);
  fields.name("gate", kGateNames, decision.gate);
  fields.name("reason", kReasonNames, decision.reason);
  fields.time("decided_at", decision.decided_at);
  fields.text("detail", decision.detail);
  decision.context = read_context(fields);
  if (!problem.empty()) return cannot_read(event, problem);
  return decision;
}

Entry actuated_entry(PartNumber part, Outcome outcome, Reason reason, bool taken,
                     const std::vector<PictureDigest>& picture_sha256) {
  json payload = {{"outcome", to_string(outcome)}, {"reason", to_string(reason)}, {"taken", taken}};
  if (!picture_sha256.empty()) payload["picture_sha256"] = digests_json(picture_sha256);
  return Entry{EventKind::actuated, part, payload_text(payload)};
}

Entry gate_differs_entry(const GateDifference& difference) {
  json payload = json::object();
  if (!difference.parts.empty()) payload["parts"] = difference.parts;
  if (difference.within) {
    payload["within"] = {{"first", difference.within->first}, {"last", difference.within->last}};
    payload["at_least"] = difference.at_least;
    payload["at_most"] = difference.at_most;
  }
  if (difference.recorded) payload["recorded"] = to_string(*difference.recorded);
  if (difference.gate) payload["gate"] = to_string(*difference.gate);
  add_text(payload, "detail", difference.detail);
  const bool one = difference.parts.size() == 1;
  return Entry{EventKind::gate_differs, one ? std::optional(difference.parts.front()) : std::nullopt,
               payload_text(payload)};
}

}  // namespace lineguard::record
