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

json reasons_json(const CycleCounters& counters) {
  json object = json::object();
  for (const Reason reason : all_reasons()) {
    if (counters.because(reason) > 0) object[std::string(to_string(reason))] = counters.because(reason);
  }
  return object;
}

void add_metric(std::string& text, std::string_view name, std::string_view type, std::string_view help, double value) {
  text += fmt::format("# HELP lineguard_station_{0} {1}\n# TYPE lineguard_station_{0} {2}\nlineguard_station_{0} {3}\n",
                      name, help, type, value);
}

void add_decisions(std::string& text, const CycleCounters& counters) {
  text += "# HELP lineguard_station_decisions_total Effective decisions by reason.\n";
  text += "# TYPE lineguard_station_decisions_total counter\n";
  for (const Reason reason : all_reasons()) {
    const std::string_view outcome = to_string(reason == Reason::good ? Outcome::pass : Outcome::divert);
    text += fmt::format("lineguard_station_decisions_total{{outcome=\"{}\",reason=\"{}\"}} {}\n", outcome,
                        to_string(reason), counters.because(reason));
  }
}

void add_times(std::string& text, const DecisionTimes& times) {
  const std::string name = "lineguard_station_trigger_to_decision_seconds";
  text += fmt::format("# HELP {0} From trigger to decision.\n# TYPE {0} histogram\n", name);
  for (std::size_t i = 0; i < DecisionTimes::kBounds_ms.size(); ++i) {
    text += fmt::format("{}_bucket{{le=\"{}\"}} {}\n", name, DecisionTimes::kBounds_ms[i] / 1000, times.up_to()[i]);
  }
  text += fmt::format("{0}_bucket{{le=\"+Inf\"}} {1}\n{0}_sum {2}\n{0}_count {1}\n", name, times.count(),
                      times.sum_ms() / 1000);
}

}  // namespace

void DecisionTimes::add(double ms) {
  ++count_;
  sum_ms_ += ms;
  max_ms_ = std::max(max_ms_, ms);
  for (std::size_t i = 0; i < kBounds_ms.size(); ++i) up_to_[i] += ms <= kBounds_ms[i];
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

std::string metrics_text(const StationStatus& status) {
  std::string text;
  const CycleCounters& counters = status.counters;
  add_decisions(text, counters);
  add_times(text, status.times);
  const auto count = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    add_metric(text, name, "counter", help, static_cast<double>(value));
  };
  count("repeated_triggers_total", "Numbers that came again.", counters.repeated_triggers);
  count("late_answers_total", "Frames and predictions after the decision, discarded.", counters.late_answers);
  count("label_disagreements_total", "Predictions whose label was not the station's.", counters.label_disagreements);
  count("foreign_answers_total", "Predictions of another picture than the one asked for.", counters.foreign_answers);
  count("gate_differences_total", "Parts that the gate handled otherwise than decided.", counters.gate_differences);
  count("gate_wrong_passes_total", "Parts that the gate passed though they were not decided pass.",
        counters.gate_wrong_passes);
  count("gate_unsettled_total", "Parts of which the PLC's counts do not say what the gate did.",
        counters.gate_unsettled);
  count("late_writes_seen_total", "Writes of an earlier or foreign process into the station's registers.",
        status.late_writes_seen);
  count("log_lines_dropped_total", "Lines that nobody took from the log.", status.log_lines_dropped);
  count("outputs_confirmed_total", "Results with the PLC's Ack.", counters.outputs_confirmed);
  count("outputs_unknown_total", "Results without an Ack.", counters.outputs_unknown);
  count("revised_total", "Decisions that became durable after their deadline.", counters.revised);
  count("prediction_retries_total", "Predictions that were asked for again.", counters.prediction_retries);
  count("plc_failures_total", "Reads and writes of the PLC that failed.", counters.plc_failures);
  count("record_failures_total", "Batches of events that could not be made durable.", counters.record_failures);
  count("events_lost_total", "Events that are in no record.", status.events_lost);
  add_metric(text, "events_waiting", "gauge", "Events that are not durable yet.",
             static_cast<double>(status.events_waiting));
  add_metric(text, "model_problem", "gauge", "1: the model's files changed on disk, or its self-test failed.",
             status.model_problem.empty() ? 0 : 1);
  add_metric(text, "plc_linked", "gauge", "1 while the PLC answers.", status.plc_linked);
  if (status.release.required)
    add_metric(text, "released", "gauge", "1 while the release that it was started on holds.",
               status.release.problem.empty());
  add_metric(text, "ready", "gauge", "1 while triggers are inspected.", status.ready);
  return text;
}

}  // namespace lineguard::station
