#include "release_json.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/station/station_status.h>

namespace lineguard::station {
namespace {

using nlohmann::json;

json number(double value) {
  return std::isfinite(value) ? json(value) : json(nullptr);
}

json decision_json(const Decision& decision) {
  json object = {{"part", decision.part_number},
                 {"outcome", to_string(decision.outcome)},
                 {"gate", to_string(decision.gate)},
                 {"reason", to_string(decision.reason)},
                 {"decided_at", format_utc(decision.decided_at)},
                 {"trigger_to_decision_ms", number(decision.trigger_to_decision_ms)}};
  if (!decision.detail.empty()) object["detail"] = decision.detail;
  if (decision.prediction) object["score"] = number(decision.prediction->score);
  return object;
}

json pictures_json(const PictureCounts& pictures) {
  return {{"kept_diverted", pictures.kept_diverted},
          {"kept_samples", pictures.kept_samples},
          {"dropped_diverted", pictures.dropped_diverted},
          {"dropped_samples", pictures.dropped_samples},
          {"deleted", pictures.deleted},
          {"bytes", pictures.bytes},
          {"waiting", pictures.waiting},
          {"problem", pictures.problem}};
}

json reasons_json(const CycleCounters& counters) {
  json object = json::object();
  for (const Reason reason : all_reasons()) {
    if (counters.because(reason) > 0) object[std::string(to_string(reason))] = counters.because(reason);
  }
  return object;
}

}  // namespace

void DecisionTimes::add(double ms) {
  latencies_.add(ms);
  max_ms_ = std::max(max_ms_, ms);
  newest_.push_back(ms);
  if (newest_.size() > kKept) newest_.pop_front();
}

double DecisionTimes::percentile(double share) const {
  if (newest_.empty()) return 0;
  std::vector<double> sorted(newest_.begin(), newest_.end());
  const auto rank = static_cast<std::ptrdiff_t>(std::lround(share * static_cast<double>(sorted.size() - 1)));
  std::nth_element(sorted.begin(), sorted.begin() + rank, sorted.end());
  return sorted[static_cast<std::size_t>(rank)];
}

std::string instruction(const StationStatus& status) {
  if (status.counters.gate_wrong_passes > 0) return status.gate_alarm;
  if (!status.plc_linked)
    return fmt::format("The PLC cannot be used{}: check its power, cable and address. Every part is diverted.",
                       status.plc_problem.empty() ? "" : " (" + status.plc_problem + ")");
  if (status.record_failing)
    return fmt::format("The record cannot be written{}: put it back, or make room on its disk. Every part is diverted.",
                       status.record_problem.empty() ? "" : " (" + status.record_problem + ")");
  if (status.record_disk_full)
    return "The record's disk is full and its reserve is in use: make room and restart the station. Soon every part is "
           "diverted.";
  if (!status.model_problem.empty())
    return fmt::format("The model must be looked after ({}): load the released package again and restart the station.",
                       status.model_problem);
  if (status.wrong_recipe)
    return "PLC and station have different recipes: set both to the same. Every part is diverted.";
  if (!status.release.problem.empty())
    return fmt::format(
        "The release does not hold any more ({}): end the shift's production with this recipe; the "
        "station will not start again on it.",
        status.release.problem);
  if (status.events_lost > 0) return "Events were lost while the disk was full: report it, then restart the station.";
  if (!status.gate_alarm.empty()) return status.gate_alarm;
  if (status.pictures.dropped_diverted > 0 && !status.pictures.problem.empty())
    return fmt::format("Pictures of diverted parts are not kept ({}): make room, or correct [pictures].",
                       status.pictures.problem);
  if (status.newest.empty()) return "";
  switch (status.newest.back().reason) {
    case Reason::capture_failed:
      return "The camera gave no picture for the last part: check its cable and light.";
    case Reason::prediction_failed:
      return "The prediction server did not answer for the last part: check that it runs.";
    case Reason::model_mismatch:
      return "The server uses another model than the recipe names: load the released one.";
    default:
      return "";
  }
}

std::string status_json(const StationStatus& status) {
  json newest = json::array();
  for (const Decision& decision : status.newest) newest.push_back(decision_json(decision));
  const CycleCounters& counters = status.counters;
  const json object = {
      {"schema", "lineguard.station_status/1"},
      {"name", status.name},
      {"state", status.state},
      {"recipe", status.recipe},
      {"model_digest", status.model_digest},
      {"model_problem", status.model_problem},
      {"operating_point", status.operating_point},
      {"operating_point_digest", status.operating_point_digest},
      {"release", release_json(status.release)},
      {"plc_linked", status.plc_linked},
      {"identity",
       {{"id", status.identity.id}, {"epoch", status.identity.epoch}, {"late_writes_seen", status.late_writes_seen}}},
      {"ready", status.ready},
      {"busy", status.busy},
      {"instruction", instruction(status)},
      {"record",
       {{"failing", status.record_failing},
        {"sequence", status.record_sequence},
        {"events_waiting", status.events_waiting},
        {"events_lost", status.events_lost},
        {"reserved_bytes", status.record_reserved_bytes},
        {"anchors",
         {{"signing", status.anchors.signing},
          {"sequence", status.anchors.sequence},
          {"utc", status.anchors.utc},
          {"problem", status.anchors.problem}}}}},
      {"gate",
       {{"differences", counters.gate_differences},
        {"wrong_passes", counters.gate_wrong_passes},
        {"unsettled", counters.gate_unsettled}}},
      {"pictures", pictures_json(status.pictures)},
      {"log_lines_dropped", status.log_lines_dropped},
      {"parts",
       {{"seen", counters.parts()},
        {"passed", counters.passed},
        {"diverted", counters.diverted},
        {"missed", counters.missed()},
        {"by_reason", reasons_json(counters)}}},
      {"counters",
       {{"repeated_triggers", counters.repeated_triggers},
        {"late_answers", counters.late_answers},
        {"label_disagreements", counters.label_disagreements},
        {"foreign_answers", counters.foreign_answers},
        {"revised", counters.revised},
        {"outputs_confirmed", counters.outputs_confirmed},
        {"outputs_unknown", counters.outputs_unknown},
        {"prediction_retries", counters.prediction_retries},
        {"numbering_restarts", counters.numbering_restarts},
        {"plc_failures", counters.plc_failures},
        {"record_failures", counters.record_failures}}},
      {"trigger_to_decision_ms",
       {{"n", status.times.count()},
        {"p50", status.times.percentile(0.5)},
        {"p99", status.times.percentile(0.99)},
        {"max", status.times.max_ms()}}},
      {"newest", std::move(newest)}};
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace lineguard::station
