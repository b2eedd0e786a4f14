// The acceptance report as text and as JSON.
#include "claims.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/acceptance/escape.h>
#include <lineguard/acceptance/report.h>
#include <lineguard/core/json_limits.h>
#include <lineguard/core/words.h>

namespace lineguard::acceptance {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json json_of(const Limits& limits) {
  Json json{{"max_miss", json_of(limits.max_miss)}, {"max_overkill", json_of(limits.max_overkill)}};
  json["max_escape_ppm"] = limits.max_escapes ? Json(*limits.max_escapes * kPartsPerMillion) : Json();
  json["defect_rate"] = json_of(limits.defect_rate);
  json["confidence"] = limits.confidence;
  json["every_class"] = limits.every_class;
  return json;
}

Json json_of(const Claim& claim) {
  const bool known = claim.count.n > 0;
  Json json{{"of", claim.what}};
  if (!claim.class_name.empty()) json["class"] = claim.class_name;
  json["events"] = claim.count.events;
  json["n"] = claim.count.n;
  json["bound"] = known ? Json(claim.bound) : Json();
  json["confidence"] = claim.confidence;
  json["limit"] = claim.decides ? Json(claim.limit) : Json();
  json["shown"] = claim.decides ? Json(claim.shown()) : Json();
  json["needed"] = claim.needed;
  json["missing"] = claim.missing();
  return json;
}

Json json_of(const std::vector<Claim>& claims) {
  Json list = Json::array();
  for (const Claim& claim : claims) list.push_back(json_of(claim));
  return list;
}

Json json_of(const Rate& rate, std::size_t failed) {
  return {{"events", rate.count.events},
          {"n", rate.count.n},
          {"unknown", rate.unknown},
          {"pictures", rate.pictures},
          {"failed", failed}};
}

Json json_of(const Independence& independence) {
  return {{"learned_pictures", independence.learned},
          {"compared_pictures", independence.overlaps.size()},
          {"same_digest", independence.digests_known ? Json(independence.count(Overlap::digest)) : Json()},
          {"same_part", independence.parts_compared ? Json(independence.count(Overlap::part)) : Json()},
          {"near_duplicates", independence.looks_compared ? Json(independence.count(Overlap::near_duplicate)) : Json()},
          {"chosen_on", independence.count(Overlap::chosen_on)},
          {"repeated", independence.count(Overlap::repeated)},
          {"in_words", independence.in_words()}};
}

}  // namespace

std::string to_json(const AcceptanceReport& report) {
  const Acceptance& acceptance = report.acceptance;
  Json json{{"schema", kAcceptanceSchema}};
  json["accepted"] = acceptance.accepted();
  json["made_at"] = report.made_at;
  json["made_by"] = report.made_by;
  json["lineguard"] = report.lineguard_version;
  json["model"] = {{"name", report.model.name}, {"version", report.model.version}, {"digest", report.model.digest}};
  json["operating_point"] = {{"id", report.point.point.id},
                             {"digest", report.point.digest},
                             {"threshold", acceptance.threshold},
                             {"unknown_band", acceptance.unknown_band},
                             {"region_rules", to_toml(report.point.rules)}};
  json["dataset"] = {{"name", report.dataset},      {"layout", report.layout},
                     {"split", report.split},       {"fingerprint", report.dataset_fingerprint},
                     {"pictures", report.pictures}, {"pictures_digest", report.pictures_digest}};
  json["independence"] = json_of(report.independence);
  json["limits"] = json_of(acceptance.limits);
  json["method"] = acceptance.method;
  json["threshold_from_to"] = acceptance.choice ? Json{acceptance.choice->lowest, acceptance.choice->highest} : Json();
  json["refused"] = acceptance.refused.empty() ? Json() : Json(acceptance.refused);
  json["claims"] = json_of(acceptance.claims);
  json["classes"] = json_of(acceptance.classes);
  json["miss"] = json_of(acceptance.miss, acceptance.failed_defective);
  json["overkill"] = json_of(acceptance.overkill, acceptance.failed_good);
  json["missing"] = what_is_missing(acceptance);
  json["notes"] = report.notes;
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_text(const AcceptanceReport& report) {
  const Acceptance& acceptance = report.acceptance;
  std::string text = fmt::format("{} version {} at the operating point \"{}\", threshold {:.6g}, on {} of {} ({})\n",
                                 report.model.name, report.model.version, report.point.point.id, acceptance.threshold,
                                 count_of(report.pictures, "picture"), report.dataset, report.layout);
  for (const std::vector<Claim>* claims : {&acceptance.claims, &acceptance.classes}) {
    for (const Claim& claim : *claims) text += "  " + in_words(claim) + "\n";
  }
  text += "independence: " + report.independence.in_words() + "\n";
  text += "method: " + acceptance.method + "\n";
  for (const std::string& note : report.notes) text += "note: " + note + "\n";
  for (const std::string& missing : what_is_missing(acceptance)) text += "not shown: " + missing + "\n";
  return text + (acceptance.accepted() ? "ACCEPTED\n" : "NOT ACCEPTED\n");
}

Result<AcceptedPoint> read_accepted_point(const std::string& text) {
  LINEGUARD_TRY(check_json_limits(text, limits::kMessageJson));
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto damaged = [] { return make_error(ErrorCode::corrupt_data, "is no acceptance report"); };
  if (!json.is_object() || json.value("schema", nlohmann::json()) != kAcceptanceSchema) return damaged();
  try {
    const auto& point = json.at("operating_point");
    return AcceptedPoint{json.at("accepted").get<bool>(), json.at("model").at("digest").get<std::string>(),
                         point.at("id").get<std::string>(), point.at("digest").get<std::string>(),
                         json.at("made_at").get<std::string>()};
  } catch (const nlohmann::json::exception&) {
    return damaged();
  }
}

}  // namespace lineguard::acceptance
