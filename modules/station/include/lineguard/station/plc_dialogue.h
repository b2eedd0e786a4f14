// PlcDialogue: what the PLC's registers mean to the inspection cycle, and what the cycle's state looks like as outputs.
// The handshake is the one of modules/plc/README.md.
#pragma once

#include <optional>

#include <lineguard/core/clock.h>
#include <lineguard/plc/plc.h>
#include <lineguard/station/inspection_cycle.h>

namespace lineguard::station {

// The counts of one snapshot.
PlcPosition position_of(const plc::PlcInputs& inputs);
GatePoint gate_of(const plc::PlcInputs& inputs);

// Pure: no I/O, no threads. Not thread-safe. `cycle` must outlive it.
class PlcDialogue {
 public:
  explicit PlcDialogue(InspectionCycle& cycle) : cycle_(cycle) {}

  // A snapshot of the PLC after begin() of the cycle. The first one, and the first one after an error, only tells where
  // the PLC stands.
  void on_inputs(const plc::PlcInputs& inputs);
  // A read or write failed: outputs are safe until the next snapshot.
  void on_error(const Error& error);

  // Goes on to what is to be written next: heartbeat, handshake. REQUIRES: outputs() after the call before was written,
  // or on_error was called.
  void advance(SteadyTime now);
  // What is to be written now.
  const plc::PlcOutputs& outputs() const { return outputs_; }

  bool linked() const { return last_.has_value(); }
  // The PLC asked for another recipe than the station's in its newest trigger.
  bool wrong_recipe() const { return wrong_recipe_; }
  // The part has not passed the gate yet, as far as the PLC says.
  bool is_before_gate(PartNumber part) const;

 private:
  void take_triggers(const plc::PlcInputs& inputs);
  void take_ack(const plc::PlcInputs& inputs);

  InspectionCycle& cycle_;
  std::optional<plc::PlcInputs> last_;
  std::optional<PartNumber> presented_;  // stands in the outputs with ResultsReady
  bool cleared_ = false;                 // ResultsReady was written low since the last result, or since the start
  bool may_present_ = false;             // and Ack was seen low after that
  bool wrong_recipe_ = false;
  plc::PlcOutputs outputs_;
  std::optional<SteadyTime> next_beat_;
};

}  // namespace lineguard::station
