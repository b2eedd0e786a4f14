// A whole line in one thread on a ManualClock: camera, server, disk and PLC with faults, around an InspectionCycle and
// a real record file. One step is one millisecond.
#pragma once

#include "temp_folder.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/record/record_reader.h>
#include <lineguard/record/record_writer.h>
#include <lineguard/station/inspection_cycle.h>

namespace lineguard::station::test {

// What the PLC saw of one part.
struct SeenResult {
  PartResult result;
  int at_ms = 0;
};

class SimulatedLine {
 public:
  SimulatedLine();
  // One command of the case language. Errors: invalid_argument where it is not known.
  Result<void> command(const std::string& text);
  void step();  // one millisecond

  const std::map<PartNumber, SeenResult>& seen() const { return seen_; }
  const std::map<PartNumber, int>& triggered_at_ms() const { return triggered_at_ms_; }
  const std::vector<std::string>& violations() const { return violations_; }
  const CycleCounters& counters() const { return cycle_->counters(); }
  std::string counter(const std::string& name) const;
  std::vector<record::Event> events() const;
  const std::vector<record::KeptPicture>& kept() const { return kept_; }
  std::optional<record::Verification> verify_record() const;
  // What the gate did, part by part in order, where the line has one (`gate travel MS`).
  struct GatedPart {
    PartNumber part = 0;
    bool passed = false;
  };
  const std::vector<GatedPart>& gated() const { return gated_; }
  std::string alarm() const { return cycle_->gate_alarm(); }
  int deadline_ms() const { return static_cast<int>(settings_.recipe.deadline.count()); }
  bool station_finished() const { return finished_; }
  int starts() const { return starts_; }
  bool gate_is_broken() const { return gate_broken_; }
  bool was_frozen() const { return was_frozen_; }

 private:
  using Words = std::vector<std::string>;
  Result<void> set_recipe(const Words& words);
  Result<void> set_server(const Words& words);
  void start_station(PartNumber plc_number);
  void do_actions();
  void do_action(const GrabAction& action);
  void do_action(const PredictAction& action);
  void do_action(const DigestAction& action);
  void do_action(const RecordAction& action);
  void do_action(const KeepAction& action);
  void trigger(const Words& words);
  void thaw();
  void step_plc();
  void step_gate();
  PlcPosition position() const;
  void later(int delay_ms, std::function<void()> work);
  void check_pass(const PartResult& result);

  lineguard::test::TempFolder folder_;
  ManualClock clock_;
  CycleSettings settings_;
  std::unique_ptr<InspectionCycle> cycle_;
  std::unique_ptr<record::RecordWriter> writer_;
  std::multimap<int, std::function<void()>> due_;
  int now_ms_ = 0, starts_ = 0;
  int generation_ = 0;  // answers to a killed station are dropped
  int camera_ms_ = 5, server_ms_ = 20, disk_ms_ = 1, ack_ms_ = 2;
  std::string camera_ = "ok", server_ = "ok", disk_ = "ok", plc_ = "ok";
  Prediction answer_;
  bool finished_ = false, stopping_ = false;
  std::map<PartNumber, SeenResult> seen_;
  std::map<PartNumber, int> triggered_at_ms_;
  std::vector<std::string> violations_;
  std::optional<PartNumber> acknowledging_;
  PartNumber newest_ = 0;  // of the PLC
  std::uint16_t triggers_ = 0;
  GatePoint gate_;
  // The belt: parts on their way to a gate, which passes what has its own OK and a living station.
  struct BeltPart {
    PartNumber part = 0;
    int due_ms = 0;
    bool ok = false;
  };
  int travel_ms_ = 0;  // 0: no gate
  std::deque<BeltPart> belt_;
  std::vector<record::KeptPicture> kept_;
  std::vector<GatedPart> gated_;
  int alive_ms_ = -10000;  // the station's last heartbeat
  bool frozen_ = false, was_frozen_ = false, missed_triggers_ = false, gate_broken_ = false;
};

}  // namespace lineguard::station::test
