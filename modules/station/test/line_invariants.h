// What must hold on every line, whatever happened on it.
#pragma once

#include "simulated_line.h"

#include <map>
#include <vector>

namespace lineguard::station::test {

// The effective decisions that the record holds, by part: one each, if all is well.
std::map<PartNumber, std::vector<Decision>> decisions_by_part(const SimulatedLine& line);

// Promises 1 and 2: fails the running test where one does not hold.
void check_invariants(const SimulatedLine& line);

}  // namespace lineguard::station::test
