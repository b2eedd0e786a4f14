// PlcProgram: the PLC's side of the contract, pure and synchronous: it numbers parts, triggers them on its own clock,
// moves them to the gate and passes there only what has a valid OK. Shipped for real PLCs as st/lineguard_gate.st; here
// it drives FakePlc and PlcSimulator. Faults of lines are part of its script.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lineguard/core/config.h>
#include <lineguard/plc/plc.h>

namespace lineguard::plc {

struct PlcProgramConfig {
  PartNumber first_number = 1;  // numbers go up by one and wrap from 2^32 - 1 to 0
  std::uint32_t parts = 0;      // stop after that many; 0: never
  double rate = 10;             // parts a second, 0.01 to 1000
  Milliseconds travel{500};     // from camera to gate
  Milliseconds heartbeat_timeout = kDefaultHeartbeatTimeout;
  Milliseconds trigger_pulse{5};
  std::string lot, recipe;           // recipe: an OK counts only while recipe_active equals it; empty: not checked
  std::vector<std::string> serials;  // of the first, second, … part; the others have none

  // The fault script, by part number.
  std::vector<PartNumber> doubled;        // triggered a second time, `double_gap` later, with the same number
  std::vector<PartNumber> lost;           // on the belt and numbered, but its trigger is never shown
  std::vector<PartNumber> rushed;         // triggered `rush_gap` after the part before
  std::vector<PartNumber> restart_after;  // the PLC restarts after this trigger: it forgets every result it holds
  std::vector<PartNumber> freeze_after;   // the PLC's heartbeat stands still for `freeze` after this trigger
  Milliseconds double_gap{20}, rush_gap{5}, freeze{1000};
};
// As many parts may be between camera and gate; far from 2^16, see registers.h.
inline constexpr int kMaxPartsBeforeGate = 10'000;

// invalid_argument where a value is outside its range (names the field), or rate and travel give more parts
// before the gate than kMaxPartsBeforeGate.
Result<void> validate(const PlcProgramConfig& config);
// Keys: first_number, parts, rate, travel_ms, lot, recipe. Problems, those of validate() among them, are noted on
// `table`.
void read_config(ConfigReader& table, PlcProgramConfig& config);

enum class GateAction { pass, divert };
// Why the gate did it; only `ok` passes.
enum class GateCause { ok, ng, no_result, stale_heartbeat, station_error, wrong_recipe, plc_restarted };
std::string_view to_string(GateAction action);
std::string_view to_string(GateCause cause);  // "no result"

// One part as the PLC saw it.
struct GateRecord {
  PartNumber part_number = 0;
  std::string serial;
  SteadyTime triggered_at, gated_at;
  std::optional<SteadyTime> result_at;  // when its result was taken
  GateAction action = GateAction::divert;
  GateCause cause = GateCause::no_result;
  bool ok_seen = false, ng_seen = false;
  Reason reason = Reason::none;  // as the station gave it
  std::string fault;             // "doubled", "lost", "rushed"; empty: none
};

// Counts since the program's start.
struct PlcCounts {
  std::uint32_t triggered = 0;  // parts put on the belt, lost triggers included
  std::uint32_t passed = 0, diverted = 0;
  std::uint32_t results_taken = 0, results_refused = 0;  // refused: no such part before the gate, or an OK after NG
};

// Not thread-safe.
class PlcProgram {
 public:
  // REQUIRES: validate(config).
  explicit PlcProgram(PlcProgramConfig config);

  // Triggers start with the next step. Before that the program answers, beats and gives no trigger.
  void start_line();
  // No more triggers; parts before the gate go on.
  void stop_line();

  // One scan of the PLC at `now` (never earlier than the last): what the station says in, what the PLC says out.
  PlcInputs step(SteadyTime now, const PlcOutputs& station);

  // True when `parts` were triggered and all of them passed the gate.
  bool finished() const;
  bool station_alive() const { return station_alive_; }  // its heartbeat was fresh at the last step
  // Whose word counts: the first process of the newest epoch. Outputs of others are as if never written while it lives.
  const StationIdentity& owner() const { return accepted_.station; }
  std::uint64_t ignored_scans() const { return ignored_scans_; }
  const PlcCounts& counts() const { return counts_; }
  // Parts that passed the gate since the last call, in that order.
  std::vector<GateRecord> take_records();

  // Faults by hand: what the script's restart_after and freeze_after do. Over a restart numbers and counts are kept
  // (RETAIN); parts on the belt are diverted, their results refused.
  void restart();
  void freeze_heartbeat(bool frozen) { frozen_ = frozen; }

 private:
  struct Part {
    GateRecord record;
    SteadyTime gate_due;
    bool ok = false, ng = false, wrong_recipe = false, forgotten = false;
  };
  bool accept(SteadyTime now, const PlcOutputs& outputs);
  void take_result(SteadyTime now, const PlcOutputs& station);
  bool bind_result(SteadyTime now, const PlcOutputs& station);
  void run_gate(SteadyTime now, const PlcOutputs& station);
  GateCause judge(const Part& part, const PlcOutputs& station) const;
  void run_triggers(SteadyTime now, const PlcOutputs& station);
  void trigger_part(SteadyTime now);
  void show_trigger(SteadyTime now, const GateRecord& part);
  void beat(SteadyTime now);
  void forget_results();

  PlcProgramConfig config_;
  HeartbeatWatch station_heartbeat_;
  PlcOutputs accepted_;  // the owner's last word
  std::uint64_t ignored_scans_ = 0;
  PlcInputs shown_;  // what the registers hold
  PlcCounts counts_;
  std::deque<Part> belt_;  // between camera and gate, in order
  std::vector<GateRecord> records_;
  PartNumber next_number_;
  bool running_ = false, station_alive_ = false, frozen_ = false;
  std::optional<SteadyTime> next_trigger_, pulse_end_, frozen_until_, next_beat_;
  std::optional<std::pair<SteadyTime, GateRecord>> double_;  // the second pulse of a doubled trigger
};

}  // namespace lineguard::plc
