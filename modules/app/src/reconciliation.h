// What the PLC's own log, the station's record and the station's counts say of every part, held against each other:
// `records reconcile` and the demo.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/record/decision_json.h>

namespace lineguard::app {

// One part as the PLC's log has it (lineguard.plc_log/1).
struct GateLine {
  PartNumber part = 0;
  bool passed = false;
  bool result_taken = false;  // the PLC had the station's result
  std::string reason;         // as the station gave it to the PLC
  std::string fault;          // "doubled", "lost", "rushed"; empty: none
};
// Errors: not_found, corrupt_data with the line.
Result<std::vector<GateLine>> read_plc_log(const std::filesystem::path& file);

// The record's effective decision of each part. Ranges are kept as such, however long they are.
struct RecordedParts {
  std::map<PartNumber, Decision> decisions;
  std::map<PartNumber, int> decided_events;  // how often a part was decided: exactly once
  std::vector<record::RangeDecision> ranges;
  std::size_t repeated_triggers = 0;
  std::optional<Decision> find(PartNumber part) const;  // of the part itself, else of a range that holds it
};
// Errors: those of RecordReader; refused where the chain is broken.
Result<RecordedParts> read_recorded_parts(const std::filesystem::path& record);

struct StationCounts {
  std::size_t passed = 0, diverted = 0;
};
// Of station_status/1, or of the text of /metrics. Errors: not_found, corrupt_data.
Result<StationCounts> read_station_counts(const std::filesystem::path& file);

// What does not agree, a line each; empty: everything does. Looked at: every part of the gate is in the record and the
// other way round, decided once, outcome and reason are the same on both sides, and the station's counts are those
// sums.
std::vector<std::string> find_differences(const std::vector<GateLine>& gate, const RecordedParts& recorded,
                                          const std::optional<StationCounts>& counts);
// The same, and parts 1 to `parts` are all there.
std::vector<std::string> find_differences(PartNumber parts, const std::vector<GateLine>& gate,
                                          const RecordedParts& recorded, const StationCounts& counts);

// For people: parts, passes and diverts by reason, by gate, record and station; then whether they agree.
std::string reconciliation_table(const std::vector<GateLine>& gate, const RecordedParts& recorded,
                                 const std::optional<StationCounts>& counts,
                                 const std::vector<std::string>& differences);
// The last lines of that table.
std::string agreement_text(const std::vector<std::string>& differences);

}  // namespace lineguard::app
