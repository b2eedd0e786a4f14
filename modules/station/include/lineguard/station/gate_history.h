// GateHistory: what a record tells a starting station of gate and numbers in the time before it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/record/event.h>
#include <lineguard/record/record_reader.h>
#include <lineguard/station/gate_watch.h>
#include <lineguard/station/trigger_numbers.h>

namespace lineguard::station {

struct GateHistory {
  std::optional<GatePoint> gate;        // the newest reading that was recorded
  std::vector<PartNumber> passes;       // decided `pass`, effective, and not at the gate by then
  std::optional<std::uint32_t> epoch;   // of the newest start
  std::optional<PlcPosition> position;  // where the PLC stood at the newest start or restart of its count
};

// Of the newest events; a record without any gives an empty one. Errors: those of RecordReader.
Result<GateHistory> read_gate_history(record::RecordReader& reader);

// An event's payload (a JSON object) with the counts, where read_gate_history finds them.
std::string with_counts(const std::string& payload, const GatePoint& gate, const PlcPosition& position);

}  // namespace lineguard::station
