// The demo's last word: what the PLC's own log, the station's record and the station's counts say of every part, held
// against each other and against the truth.
#pragma once

#include "demo/pictures.h"
#include "reconciliation.h"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <lineguard/core/types.h>

namespace lineguard::app {

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
