// /metrics of a station, from one snapshot. docs/api.md lists the same names, and a test compares the two.
#include <lineguard/station/station_status.h>
#include <lineguard/telemetry/registry.h>

namespace lineguard::station {
namespace {

using telemetry::Counter;
using telemetry::Gauge;
using telemetry::Histogram;

constexpr Counter kDecisions{"lineguard_station_decisions_total", "Effective decisions by reason."};
constexpr Histogram kTimes{"lineguard_station_trigger_to_decision_seconds", "From trigger to decision."};

struct Counted {
  Counter metric;
  std::uint64_t CycleCounters::*count;
};
constexpr Counted kCounted[] = {
    {{"lineguard_station_repeated_triggers_total", "Numbers that came again."}, &CycleCounters::repeated_triggers},
    {{"lineguard_station_late_answers_total", "Frames and predictions after the decision, discarded."},
     &CycleCounters::late_answers},
    {{"lineguard_station_label_disagreements_total", "Predictions whose label was not the station's."},
     &CycleCounters::label_disagreements},
    {{"lineguard_station_foreign_answers_total", "Predictions of another picture than the one asked for."},
     &CycleCounters::foreign_answers},
    {{"lineguard_station_gate_differences_total", "Parts that the gate handled otherwise than decided."},
     &CycleCounters::gate_differences},
    {{"lineguard_station_gate_wrong_passes_total", "Parts that the gate passed though they were not decided pass."},
     &CycleCounters::gate_wrong_passes},
    {{"lineguard_station_gate_unsettled_total", "Parts of which the PLC's counts do not say what the gate did."},
     &CycleCounters::gate_unsettled},
    {{"lineguard_station_outputs_confirmed_total", "Results with the PLC's Ack."}, &CycleCounters::outputs_confirmed},
    {{"lineguard_station_outputs_unknown_total", "Results without an Ack."}, &CycleCounters::outputs_unknown},
    {{"lineguard_station_revised_total", "Decisions that became durable after their deadline."},
     &CycleCounters::revised},
    {{"lineguard_station_prediction_retries_total", "Predictions that were asked for again."},
     &CycleCounters::prediction_retries},
    {{"lineguard_station_numbering_restarts_total", "New counts of parts that the PLC began."},
     &CycleCounters::numbering_restarts},
    {{"lineguard_station_plc_failures_total", "Reads and writes of the PLC that failed."},
     &CycleCounters::plc_failures},
    {{"lineguard_station_record_failures_total", "Batches of events that could not be made durable."},
     &CycleCounters::record_failures},
};
constexpr Counter kLateWrites{"lineguard_station_late_writes_seen_total",
                              "Writes of an earlier or foreign process into the station's registers."};
constexpr Counter kLogLinesDropped{"lineguard_station_log_lines_dropped_total", "Lines that nobody took from the log."};
constexpr Counter kEventsLost{"lineguard_station_events_lost_total", "Events that are in no record."};
constexpr Counter kKeptDiverted{"lineguard_station_pictures_kept_diverted_total", "Kept pictures of diverted parts."};
constexpr Counter kKeptSamples{"lineguard_station_pictures_kept_samples_total",
                               "Kept pictures of passed parts, a sample."};
constexpr Counter kDroppedDiverted{"lineguard_station_pictures_dropped_diverted_total",
                                   "Pictures of diverted parts that could not be kept."};
constexpr Counter kDroppedSamples{"lineguard_station_pictures_dropped_samples_total",
                                  "Pictures of passed parts that could not be kept."};
constexpr Counter kDeleted{"lineguard_station_pictures_deleted_total",
                           "Kept pictures whose time was over, or that made room."};
constexpr Gauge kPicturesBytes{"lineguard_station_pictures_bytes", "Of all kept pictures."};
constexpr Gauge kEventsWaiting{"lineguard_station_events_waiting", "Events that are not durable yet."};
constexpr Gauge kPlcLinked{"lineguard_station_plc_linked", "1 while the PLC answers."};
constexpr Gauge kModelProblem{"lineguard_station_model_problem",
                              "1: the model's files changed on disk, or its self-test failed."};
constexpr Gauge kReleased{"lineguard_station_released", "1 while the release that it was started on holds."};
constexpr Gauge kReady{"lineguard_station_ready", "1 while triggers are inspected."};

void add_decisions(telemetry::Registry& registry, const CycleCounters& counters) {
  for (const Reason reason : all_reasons()) {
    const std::string_view outcome = to_string(reason == Reason::good ? Outcome::pass : Outcome::divert);
    registry.add(kDecisions, {{"outcome", std::string(outcome)}, {"reason", std::string(to_string(reason))}},
                 static_cast<double>(counters.because(reason)));
  }
}

void add_pictures(telemetry::Registry& registry, const PictureCounts& pictures) {
  registry.add(kKeptDiverted, {}, static_cast<double>(pictures.kept_diverted));
  registry.add(kKeptSamples, {}, static_cast<double>(pictures.kept_samples));
  registry.add(kDroppedDiverted, {}, static_cast<double>(pictures.dropped_diverted));
  registry.add(kDroppedSamples, {}, static_cast<double>(pictures.dropped_samples));
  registry.add(kDeleted, {}, static_cast<double>(pictures.deleted));
  registry.set(kPicturesBytes, {}, static_cast<double>(pictures.bytes));
}

}  // namespace

std::string metrics_text(const StationStatus& status) {
  telemetry::Registry registry;
  add_decisions(registry, status.counters);
  registry.add_counted(kTimes, {}, status.times.latencies());
  for (const Counted& counted : kCounted)
    registry.add(counted.metric, {}, static_cast<double>(status.counters.*counted.count));
  registry.add(kLateWrites, {}, static_cast<double>(status.late_writes_seen));
  registry.add(kLogLinesDropped, {}, static_cast<double>(status.log_lines_dropped));
  registry.add(kEventsLost, {}, static_cast<double>(status.events_lost));
  add_pictures(registry, status.pictures);
  registry.set(kEventsWaiting, {}, static_cast<double>(status.events_waiting));
  registry.set(kPlcLinked, {}, status.plc_linked ? 1 : 0);
  registry.set(kModelProblem, {}, status.model_problem.empty() ? 0 : 1);
  if (status.release.required) registry.set(kReleased, {}, status.release.problem.empty() ? 1 : 0);
  registry.set(kReady, {}, status.ready ? 1 : 0);
  return registry.expose();
}

}  // namespace lineguard::station
