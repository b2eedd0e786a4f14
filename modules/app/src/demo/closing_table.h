// The demo's last word: what the PLC's own log, the station's record and the station's counts say of every part, held
// against each other and against the truth.
#pragma once

#include "demo/pictures.h"

#include <array>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

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

// The record's effective decision of each part.
struct RecordedParts {
  std::map<PartNumber, Decision> decisions;
  std::map<PartNumber, int> decided_events;  // how often a part was decided: exactly once
  std::size_t repeated_triggers = 0;
};
// Errors: those of RecordReader; refused where the chain is broken.
Result<RecordedParts> read_recorded_parts(const std::filesystem::path& record);

// The counts of station_status/1.
struct StationCounts {
  std::size_t passed = 0, diverted = 0;
};
Result<StationCounts> read_station_counts(const std::filesystem::path& file);

// What does not agree, a line each; empty: everything does. Looked at: every part of 1 to `parts` is at the gate once
// and decided once, outcome and reason are the same on both sides, and the station's counts are those sums.
std::vector<std::string> find_differences(PartNumber parts, const std::vector<GateLine>& gate,
                                          const RecordedParts& recorded, const StationCounts& counts);

struct ReasonCount {
  std::size_t good = 0, defective = 0;  // by the truth
};

struct LineFigures {
  std::size_t parts = 0, passed = 0, diverted = 0;
  std::map<std::string, ReasonCount> diverted_by_reason;
  std::size_t good = 0, defective = 0, misses = 0, overkill = 0;
  std::vector<double> decision_ms;                                        // sorted; of the parts whose trigger came
  std::vector<std::filesystem::path> missed_pictures, diverted_pictures;  // the latter with a prediction
};
// The gate says what became of a part, `truth` (part n: truth[n - 1]) what it was.
LineFigures figures_of(const std::vector<GateLine>& gate, const RecordedParts& recorded,
                       const std::vector<Cell>& truth);

// For people: lines of at most 100 characters.
std::string closing_table(const LineFigures& figures, const std::vector<std::string>& differences);

}  // namespace lineguard::app
