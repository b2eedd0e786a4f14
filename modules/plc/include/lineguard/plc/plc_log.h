// The PLC's own log and summary as JSON: what everything else is reconciled with. Documented in docs/json.md.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <lineguard/plc/plc_program.h>

namespace lineguard::plc {

// When the log began, in both clocks.
struct LogEpoch {
  SteadyTime steady;
  UtcTime utc;
};

// One line without its newline, schema lineguard.plc_log/1.
std::string to_json_line(const GateRecord& record, const LogEpoch& epoch);

// What the records add up to. Not thread-safe.
class PlcSummary {
 public:
  void add(const GateRecord& record);
  // schema lineguard.simulate_plc/1, indented. complete: every part that was asked for passed the gate.
  std::string to_json(const PlcCounts& counts, const PlcOutputs& station, const LogEpoch& epoch, UtcTime ended,
                      bool complete) const;

 private:
  std::map<std::string, std::uint32_t> by_cause_, by_reason_, by_fault_;
  std::vector<double> result_ms_;  // trigger to result taken
};

}  // namespace lineguard::plc
