// From miss and overkill rate to what customers get. Pure.
#pragma once

namespace lineguard::acceptance {

// Escape rate: the share of defective parts among the passed ones, P(defective | passed), where `defect_rate` (0 to 1)
// of all parts are defective. 0 where nothing is passed.
double escape_rate(double miss, double overkill, double defect_rate);

// The miss rate at which the escape rate is `escapes`; 1 where even passing every defective part gives no more.
double miss_for_escape_rate(double escapes, double overkill, double defect_rate);

inline constexpr double kPartsPerMillion = 1e6;

}  // namespace lineguard::acceptance
