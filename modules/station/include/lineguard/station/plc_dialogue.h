// PlcDialogue: what the PLC's registers mean to the inspection cycle, and what the cycle's state looks like as outputs.
// The handshake is the one of modules/plc/README.md.
#pragma once

#include <optional>

#include <lineguard/core/clock.h>
#include <lineguard/plc/plc.h>
#include <lineguard/station/inspection_cycle.h>

namespace lineguard::station {

// Pure: no I/O, no threads. Not thread-safe. `cycle` must outlive it.
class PlcDialogue {
 public:
  explicit PlcDialogue(InspectionCycle& cycle) : cycle_(cycle) {}

  // A snapshot of the PLC after begin() of the cycle. The first one, and the first one after an error, only tells where
  // the PLC stands.
  void on_inputs(const plc::PlcInputs& inputs);
  // A read or write failed: outputs are safe until the next snapshot.
  void on_error(const Error& error);

  // What is to be written now. REQUIRES: what the last call gave was written, or on_error was called.
  plc::PlcOutputs outputs(SteadyTime now);

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
  std::uint16_t heartbeat_ = 0;
  std::optional<SteadyTime> next_beat_;
};

}  // namespace lineguard::station
