// InspectionCycle: from trigger to decision to the PLC's Ack, as a state machine without threads or I/O. Events go in
// by the on_… functions, what is to be done comes out of take_actions() and shown_result(). Time comes from the Clock.
//
// The rules (each is a test):
// - Every number the PLC gave gets exactly one effective decision, at the latest at its deadline.
// - A prediction counts only for the pictures that it was asked for: their sums, the part, the views of its regions.
// - A pass goes out only when its `decided` event is durable, before the deadline; a divert goes out at once.
// - Numbers whose trigger was not seen get one decision for all of them, however many they are.
// - What the gate did is compared with what was decided.
// - At most max_in_flight parts are undecided; a trigger beyond that is `divert: busy`.
// - Results go to the PLC in the order of the triggers, one at a time, each until its Ack or ack_timeout.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <lineguard/core/clock.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/package/point_in_use.h>
#include <lineguard/record/decision_json.h>
#include <lineguard/record/record_reader.h>
#include <lineguard/station/cycle_counters.h>
#include <lineguard/station/gate_history.h>
#include <lineguard/station/gate_watch.h>
#include <lineguard/station/record_queue.h>
#include <lineguard/station/result_queue.h>
#include <lineguard/station/trigger_numbers.h>

namespace lineguard::station {

struct CycleSettings {
  Recipe recipe;
  package::PointInUse point{};     // of the recipe's operating point: its region rules decide, too
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

// A picture of the camera, with the sums that its prediction must name.
struct GrabbedCapture {
  Capture capture;
  std::vector<PictureSum> sums;  // sums_of(capture)
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
// "Take the SHA-256 of these pictures": answered by on_digests. It goes into the record, and nothing waits for it.
struct DigestAction {
  Ticket ticket = kNoTicket;
  std::shared_ptr<const Capture> capture;
};
// "Make these durable, all or none": answered by on_recorded. There is never more than one unanswered.
struct RecordAction {
  std::vector<record::Entry> entries;
};
using Action = std::variant<GrabAction, PredictAction, DigestAction, RecordAction>;

// Not thread-safe: one thread feeds it.
class InspectionCycle {
 public:
  // `clock` must outlive it. Nothing is decided before begin().
  InspectionCycle(CycleSettings settings, Clock& clock);

  // What the record says of the gate and the numbers before; before begin(). `another_since`: another station ran the
  // PLC in between, so that the gate's counts say nothing of what this one decided.
  void remember(const GateHistory& history, bool another_since = false);
  // The first contact with the PLC, whose newest number is `position.number`, and what the record says of the time
  // before: numbers without a decision up to that one become `divert: station down`; outputs without a confirmation
  // become `output unknown`, except the one whose Ack the PLC still shows (`acknowledged`). `started_payload`: JSON
  // object for `station_started`. Call once.
  void begin(const record::RestartFacts& facts, const PlcPosition& position, std::optional<PartNumber> acknowledged,
             const std::string& started_payload);
  bool begun() const { return begun_; }
  // This PLC was another station's until now; `payload` says whose. After begin().
  void note_taken_over(const std::string& payload);
  // The gate, as the PLC says.
  void on_gate(const GatePoint& point);

  // `position`: the PLC's counts with this trigger; its number is the trigger's.
  void on_trigger(const Trigger& trigger, const PlcPosition& position);
  // `taken`: the part was still before the gate, and has this result now.
  void on_ack(PartNumber part, bool taken);
  // A read or write of the PLC failed: whatever stood in the outputs, or is decided until on_plc_restored, is unknown.
  void on_plc_failed(const Error& error);
  // The PLC answers again, and stands here: parts triggered meanwhile are `divert: sequence lost`.
  void on_plc_restored(const PlcPosition& position);
  void on_frame(Ticket ticket, Result<GrabbedCapture> frame);
  void on_digests(Ticket ticket, std::vector<record::PictureDigest> digests);
  void on_prediction(Ticket ticket, Result<Prediction> prediction);
  void on_recorded(const Result<void>& written);
  // Whether the record could be written just now, found out without writing.
  void on_record_checked(const Result<void>& writable);
  // Deadlines, retries and timeouts. Call at least every few milliseconds.
  void on_tick();
  // From now on every trigger is `divert: station down`; what is in flight is still decided.
  void stop();
  // The PLC is not this station's any more: what is in flight is diverted, and nothing is told.
  void abandon(const std::string& why);
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
  // The newest difference between gate and decisions, in words; empty: none since the start.
  const std::string& gate_alarm() const { return gate_alarm_; }
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
    std::vector<PictureSum> sums;
    std::vector<record::PictureDigest> digests;
    std::optional<Error> last_error;  // of the newest try of a prediction
    Decision decision;
    bool in_outputs = true;  // false: no longer at the station, the PLC is not told
  };

  Part& accept(const Trigger& trigger);
  Part* find_undecided(Ticket ticket);
  void catch_up(const PlcPosition& position, Reason reason, const std::string& detail);
  void restart_numbering(const PlcPosition& position, const NumberedTrigger& found, PartNumber last);
  void confirm_output(PartNumber part, record::Entry entry);
  void decide_numbers(const record::NumberRange& range, Reason reason, const std::string& detail);
  void decide_unseen(PartNumber number, Reason reason, const std::string& detail);
  std::string counts_beside(const std::string& payload) const;
  void report(const GateFinding& finding);
  void settle_unknown_outputs(const GateFinding& finding);
  void divert_undecided(Reason reason, const std::string& why);
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
  GateWatch gate_watch_;
  std::optional<GateFinding> unsettled_before_;  // told with the start
  std::string gate_alarm_;
  std::set<PartNumber> unknown_outputs_;                                   // passes that the gate has not settled yet
  PlcPosition position_;                                                   // the newest one
  std::map<PartNumber, std::vector<record::PictureDigest>> late_digests_;  // of decided parts, for `actuated`
  std::map<Ticket, PartNumber> digests_due_;                               // of decided parts
  Ticket next_ticket_ = kNoTicket + 1;
  std::size_t undecided_ = 0;
  bool begun_ = false, linked_ = true, stopping_ = false, stop_noted_ = false;
};

}  // namespace lineguard::station
