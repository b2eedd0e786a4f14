// What the cycle counted since it started. Everything the metrics, the status and the PLC's counters say comes from
// here.
#pragma once

#include <array>
#include <cstdint>

#include <lineguard/core/types.h>

namespace lineguard::station {

struct CycleCounters {
  std::uint64_t passed = 0;                                   // effective decisions: pass
  std::uint64_t diverted = 0;                                 // effective decisions: divert
  std::array<std::uint64_t, kReasonCount> decided_because{};  // effective decisions by Reason
  std::uint64_t repeated_triggers = 0;                        // a number came again: not inspected again
  std::uint64_t late_answers = 0;                             // frames and predictions after the decision, discarded
  std::uint64_t label_disagreements = 0;                      // the server's label was another one
  std::uint64_t revised = 0;                                  // became durable after the deadline
  std::uint64_t outputs_confirmed = 0;                        // Ack seen
  std::uint64_t outputs_unknown = 0;                          // no Ack, or the output could not be written
  std::uint64_t prediction_retries = 0;
  std::uint64_t numbering_restarts = 0;
  std::uint64_t foreign_answers = 0;    // predictions of another picture, part or view
  std::uint64_t gate_differences = 0;   // parts that the gate handled otherwise than decided, at least
  std::uint64_t gate_wrong_passes = 0;  // of them: passed without a decision to
  std::uint64_t gate_unsettled = 0;     // parts of which the PLC's counts do not say what the gate did
  std::uint64_t plc_failures = 0;       // reads and writes that failed
  std::uint64_t record_failures = 0;    // batches that could not be made durable

  // Every part has one effective decision: passed + diverted.
  std::uint64_t parts() const { return passed + diverted; }
  // Parts whose trigger this station never took: sequence lost and station down.
  std::uint64_t missed() const { return because(Reason::sequence_lost) + because(Reason::station_down); }
  std::uint64_t because(Reason reason) const { return decided_because[static_cast<std::size_t>(reason)]; }
};

}  // namespace lineguard::station
