#include <algorithm>

#include <lineguard/station/plc_dialogue.h>

namespace lineguard::station {
namespace {

constexpr Milliseconds kBeat{50};  // the PLC expects a change at least every 100 ms
constexpr int kMaxRepeats = 16;    // of one trigger between two polls; more is not a bouncing sensor

}  // namespace

PlcPosition position_of(const plc::PlcInputs& inputs) {
  return {inputs.trigger_number, inputs.trigger_count, inputs.gate_pass_count + inputs.gate_divert_count,
          inputs.gate_pass_count};
}

GatePoint gate_of(const plc::PlcInputs& inputs) {
  return {inputs.gate_number, inputs.gate_pass_count, inputs.gate_divert_count};
}

void PlcDialogue::on_inputs(const plc::PlcInputs& inputs) {
  if (!last_) {
    cycle_.on_plc_restored(position_of(inputs));
  } else {
    take_triggers(inputs);
  }
  take_ack(inputs);
  cycle_.on_gate(gate_of(inputs));
  last_ = inputs;
}

// The count says how many triggers there were, the number which part the newest one is. Numbers between the last one
// and this one had their triggers too, or lost them: the station did not see them either way.
void PlcDialogue::take_triggers(const plc::PlcInputs& inputs) {
  const auto triggers = static_cast<std::uint16_t>(inputs.trigger_count - last_->trigger_count);
  if (triggers == 0 && inputs.trigger_number == last_->trigger_number) return;
  const bool anew = inputs.trigger_count == 0 && triggers != 1;  // the PLC started and gave no trigger yet
  const bool wrapped = triggers == 0;                            // 65536 of them, while nobody looked
  if (anew || wrapped) {
    cycle_.on_plc_restored(position_of(inputs));
    return;
  }
  wrong_recipe_ = !inputs.recipe.empty() && inputs.recipe != cycle_.settings().recipe.id;
  const PartNumber parts = std::max<PartNumber>(1, inputs.trigger_number - last_->trigger_number);
  const int repeats = triggers > parts ? std::min<int>(triggers - static_cast<int>(parts), kMaxRepeats) : 0;
  for (int i = 0; i <= repeats; ++i) {
    cycle_.on_trigger({inputs.trigger_number, inputs.serial, inputs.lot, inputs.recipe}, position_of(inputs));
  }
}

void PlcDialogue::take_ack(const plc::PlcInputs& inputs) {
  if (!inputs.ack) {
    may_present_ = may_present_ || cleared_;
    return;
  }
  if (presented_ == inputs.ack_number) cycle_.on_ack(inputs.ack_number, inputs.result_taken);
  // Whatever it was that the PLC acknowledged: it waits for ResultsReady to go low.
  presented_.reset();
  may_present_ = false;
}

void PlcDialogue::on_error(const Error& error) {
  cycle_.on_plc_failed(error);
  last_.reset();
  presented_.reset();
  may_present_ = cleared_ = false;
}

void PlcDialogue::advance(SteadyTime now) {
  plc::PlcOutputs outputs;
  const std::optional<PartResult> shown = cycle_.shown_result();
  if (presented_ && (!shown || shown->part != *presented_)) {
    presented_.reset();  // ResultsReady goes low between two results
    may_present_ = false;
  } else if (shown && may_present_) {
    presented_ = shown->part;
    outputs.results_ready = true;
    outputs.result_number = shown->part;
    outputs.ok = shown->outcome == Outcome::pass;
    outputs.ng = !outputs.ok;
    outputs.reason = shown->reason;
  }
  cleared_ = !outputs.results_ready;
  const CycleCounters& counters = cycle_.counters();
  outputs.ready = linked() && cycle_.ready();
  outputs.busy = cycle_.busy();
  outputs.error = cycle_.record_failing();
  outputs.stop_request =
      cycle_.record_failing() || cycle_.events_lost() > 0 || wrong_recipe_ || counters.gate_wrong_passes > 0;
  outputs.recipe_active = cycle_.settings().recipe.id;
  outputs.pass_count = static_cast<std::uint32_t>(counters.passed);
  outputs.divert_count = static_cast<std::uint32_t>(counters.diverted);
  outputs.missed_count = static_cast<std::uint32_t>(counters.missed());
  outputs.heartbeat = outputs_.heartbeat;
  if (!next_beat_ || now >= *next_beat_) {
    ++outputs.heartbeat;
    next_beat_ = now + kBeat;
  }
  outputs_ = std::move(outputs);
}

bool PlcDialogue::is_before_gate(PartNumber part) const {
  if (!last_ || !last_->line_running) return false;
  const bool any_passed = last_->gate_pass_count + last_->gate_divert_count > 0;
  const bool reached = static_cast<std::int32_t>(last_->gate_number - part) >= 0;  // right across the wrap
  return !(any_passed && reached);
}

}  // namespace lineguard::station
