// InspectionCycle: from trigger to decision to the PLC's Ack, as a state machine without threads or I/O. Events go in
// by the on_… functions, what is to be done comes out of take_actions() and shown_result(). Time comes from the Clock.
//
// The rules (each is a test):
// - Every number the PLC gave gets exactly one effective decision, at the latest at its deadline.
// - A pass goes out only when its `decided` event is durable, before the deadline; a divert goes out at once.
// - At most max_in_flight parts are undecided; a trigger beyond that is `divert: busy`.
// - Results go to the PLC in the order of the triggers, one at a time, each until its Ack or ack_timeout.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <lineguard/core/clock.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/record/decision_json.h>
#include <lineguard/record/record_reader.h>
#include <lineguard/station/cycle_counters.h>
#include <lineguard/station/record_queue.h>
#include <lineguard/station/result_queue.h>
#include <lineguard/station/trigger_numbers.h>

namespace lineguard::station {

struct CycleSettings {
  Recipe recipe;
  int max_in_flight = 1;           // undecided parts, >= 1
  PartNumber max_gap = 1000;       // a longer jump of the numbers is a new count
  PartNumber repeat_window = 16;   // a number this near behind the last one is a repeated trigger
  Milliseconds ack_timeout{1000};  // then `output unknown`
  Milliseconds retry_pause{10};    // between two tries of a prediction, >= 1
  std::size_t max_results = 256;   // decided parts that wait for the PLC
  RecordQueue::Settings record_queue{};
};

struct Trigger {
  PartNumber part = 0;
  std::string serial = {};
  std::string lot = {};
  std::string recipe = {};  // that the PLC asks for; empty: it does not
};

// "Take the picture for this trigger": answered by on_frame.
struct GrabAction {
  Ticket ticket = kNoTicket;
  Trigger trigger;
  SteadyTime triggered_at, deadline;
};
// "Predict this": answered by on_prediction.
struct PredictAction {
  Ticket ticket = kNoTicket;
  std::shared_ptr<const Capture> capture;
  SteadyTime deadline;
};
// "Make these durable, all or none": answered by on_recorded. There is never more than one unanswered.
struct RecordAction {
  std::vector<record::Entry> entries;
};
using Action = std::variant<GrabAction, PredictAction, RecordAction>;

// Not thread-safe: one thread feeds it.
class InspectionCycle {
 public:
  // `clock` must outlive it. Nothing is decided before begin().
  InspectionCycle(CycleSettings settings, Clock& clock);

  // The first contact with the PLC, whose newest number is `plc_number`, and what the record says of the time before:
  // parts without a decision up to plc_number become `divert: station down`; outputs without a confirmation become
  // `output unknown`, except the one whose Ack the PLC still shows (`acknowledged`). `started_payload`: JSON object for
  // `station_started`. Call once.
  void begin(const record::RestartFacts& facts, PartNumber plc_number, std::optional<PartNumber> acknowledged,
             const std::string& started_payload);
  bool begun() const { return begun_; }
  // The gate, as the PLC says: settles the outputs that begin() called unknown, as soon as their parts must have
  // passed.
  void on_gate(PartNumber gate_number, std::uint32_t gate_pass_count);

  void on_trigger(const Trigger& trigger);
  // `taken`: the part was still before the gate, and has this result now.
  void on_ack(PartNumber part, bool taken);
  // A read or write of the PLC failed: whatever stood in the outputs, or is decided until on_plc_restored, is unknown.
  void on_plc_failed(const Error& error);
  // The PLC answers again, and its newest number is this one: parts triggered meanwhile are `divert: sequence lost`.
  void on_plc_restored(PartNumber plc_number);
  void on_frame(Ticket ticket, Result<Capture> frame);
  void on_prediction(Ticket ticket, Result<Prediction> prediction);
  void on_recorded(const Result<void>& written);
  // Deadlines, retries and timeouts. Call at least every few milliseconds.
  void on_tick();
  // From now on every trigger is `divert: station down`; what is in flight is still decided.
  void stop();
  // Appends `station_stopped` once nothing is in flight; true when that is done and everything durable (or the record
  // fails, and waiting is of no use).
  bool finish(const std::string& stopped_payload);

  std::vector<Action> take_actions();
  std::optional<PartResult> shown_result() const { return results_.shown(); }
  bool ready() const { return begun_ && !stopping_; }
  bool busy() const { return undecided_ > 0; }
  bool record_failing() const { return records_.failing(); }
  std::uint64_t events_lost() const { return records_.lost(); }
  std::size_t events_waiting() const { return records_.waiting(); }
  std::optional<PartNumber> newest_number() const { return numbers_.last(); }
  const CycleCounters& counters() const { return counters_; }
  // Decisions since the last call, for status pages and overlays; the newest kept are bounded.
  std::vector<Decision> take_decisions();
  const CycleSettings& settings() const { return settings_; }

 private:
  enum class Stage { grabbing, predicting, waiting_to_retry, recording, decided };
  struct Part {
    Ticket ticket = kNoTicket;
    Trigger trigger;
    Stage stage = Stage::grabbing;
    SteadyTime triggered_at, deadline, retry_at;
    std::shared_ptr<const Capture> capture;
    std::optional<Error> last_error;  // of the newest try of a prediction
    Decision decision;
    bool in_outputs = true;  // false: no longer at the station, the PLC is not told
  };

  // Outputs of the time before begin() that the PLC's count may still explain.
  struct Unresolved {
    std::vector<PartNumber> passes;  // decided pass, no Ack
    PartNumber last_part = 0;
    std::uint32_t passes_at_start = 0, confirmed = 0;
  };

  Part& accept(const Trigger& trigger);
  Part* find_undecided(Ticket ticket);
  void catch_up(PartNumber plc_number, Reason reason, const std::string& detail);
  void restart_numbering(PartNumber newest, const std::string& detail);
  void confirm_output(PartNumber part, const std::string& payload);
  void decide_skipped(PartNumber number, Reason reason, const std::string& detail);
  void divert(Part& part, Reason reason, std::string detail, Gate gate = Gate::reject);
  void propose_pass(Part& part);
  void settle(Part& part);
  void overrule(Part& part, Reason reason, std::string detail);
  void start_prediction(Part& part);
  void retry_or_fail(Part& part, const Error& error);
  void pass_deadline(Part& part);
  void publish();
  void lose_output(PartNumber part, const std::string& why);
  void note(record::EventKind kind, std::optional<PartNumber> part, const std::string& detail);
  void note_decision(record::EventKind kind, const Part& part, Ticket waiting_pass = kNoTicket);
  record::DecisionContext context_of(const Part& part) const;

  CycleSettings settings_;
  Clock& clock_;
  TriggerNumbers numbers_;
  RecordQueue records_;
  ResultQueue results_;
  std::deque<Part> parts_;            // in the order of their triggers, until the PLC is told
  std::map<Ticket, Part> overruled_;  // passes that were being written at their deadline
  std::vector<Action> actions_;
  std::vector<Decision> decisions_;
  CycleCounters counters_;
  std::optional<Unresolved> unresolved_;
  Ticket next_ticket_ = kNoTicket + 1;
  std::size_t undecided_ = 0;
  bool begun_ = false, linked_ = true, stopping_ = false, stop_noted_ = false;
};

}  // namespace lineguard::station
