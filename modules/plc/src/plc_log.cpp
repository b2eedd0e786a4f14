#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include <lineguard/plc/plc_log.h>

namespace lineguard::plc {
namespace {

using Json = nlohmann::ordered_json;

UtcTime utc_of(SteadyTime time, const LogEpoch& epoch) {
  return epoch.utc + std::chrono::duration_cast<UtcTime::duration>(time - epoch.steady);
}

// By nearest rank. REQUIRES: sorted, not empty, 0 < fraction <= 1.
double quantile(const std::vector<double>& sorted, double fraction) {
  const auto rank = static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

double rounded_ms(double ms) {
  return std::round(ms * 1000) / 1000;
}

Json result_times(std::vector<double> times_ms) {
  std::ranges::sort(times_ms);
  Json json{{"n", times_ms.size()}};
  if (times_ms.empty()) return json;
  json["p50"] = rounded_ms(quantile(times_ms, 0.5));
  json["p99"] = rounded_ms(quantile(times_ms, 0.99));
  json["max"] = rounded_ms(times_ms.back());
  return json;
}

}  // namespace

std::string to_json_line(const GateRecord& record, const LogEpoch& epoch) {
  Json json{{"schema", "lineguard.plc_log/1"}, {"part", record.part_number}};
  if (!record.serial.empty()) json["serial"] = record.serial;
  json["triggered_at"] = format_utc(utc_of(record.triggered_at, epoch));
  json["triggered_ms"] = rounded_ms(milliseconds_between(epoch.steady, record.triggered_at));
  if (record.result_at) json["result_ms"] = rounded_ms(milliseconds_between(epoch.steady, *record.result_at));
  json["gate_ms"] = rounded_ms(milliseconds_between(epoch.steady, record.gated_at));
  json["action"] = to_string(record.action);
  json["why"] = to_string(record.cause);
  json["ok_seen"] = record.ok_seen;
  json["ng_seen"] = record.ng_seen;
  json["reason"] = to_string(record.reason);
  if (!record.fault.empty()) json["fault"] = record.fault;
  return json.dump();
}

void PlcSummary::add(const GateRecord& record) {
  ++by_cause_[std::string(to_string(record.cause))];
  if (record.action == GateAction::divert) ++by_reason_[std::string(to_string(record.reason))];
  if (!record.fault.empty()) ++by_fault_[record.fault];
  if (record.result_at) result_ms_.push_back(milliseconds_between(record.triggered_at, *record.result_at));
}

std::string PlcSummary::to_json(const PlcCounts& counts, const PlcOutputs& station, const LogEpoch& epoch,
                                UtcTime ended, bool complete) const {
  const Json json{
      {"schema", "lineguard.simulate_plc/1"},
      {"complete", complete},
      {"started_at", format_utc(epoch.utc)},
      {"ended_at", format_utc(ended)},
      {"parts", counts.triggered},
      {"passed", counts.passed},
      {"diverted", counts.diverted},
      {"why", by_cause_},
      {"diverted_by_reason", by_reason_},
      {"faults", by_fault_},
      {"results", {{"taken", counts.results_taken}, {"refused", counts.results_refused}}},
      {"trigger_to_result_ms", result_times(result_ms_)},
      {"station",
       {{"pass_count", station.pass_count},
        {"divert_count", station.divert_count},
        {"missed_count", station.missed_count}}},
  };
  return json.dump(2);
}

}  // namespace lineguard::plc
