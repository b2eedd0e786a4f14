// Shares and durations in words, the same in every output of this module.
#pragma once

#include <string>

namespace lineguard::acceptance {
std::string percent(double share);   // "1.5 %", "0.030 %"
std::string ppm(double share);       // "304 ppm"
std::string duration(double hours);  // "20 min", "5.6 h", "3.1 days", "2.4 years"
std::string grouped(double count);   // "12,300"
}  // namespace lineguard::acceptance
