// From counts to claims.
#pragma once

#include "percent.h"

#include <string_view>

#include <lineguard/acceptance/accept.h>

namespace lineguard::acceptance {

inline constexpr const char *kMissRate = "miss rate", *kOverkillRate = "overkill rate", *kEscapeRate = "escape rate";

// Rates and failed parts; no claim yet.
Acceptance counted(const std::vector<Part>& parts, const Limits& limits);

// Good parts that were diverted or could not be judged.
stats::Count diverted_of(const Acceptance& acceptance);

// One without a limit is told and does not decide.
Claim rate_claim(const char* what, stats::Count count, const std::optional<double>& limit, double confidence);

// The bound takes both rates at their bounds; nine tenths of the error go to the misses, which matter most.
// REQUIRES: limits.defect_rate.
Claim escape_claim(stats::Count missed, stats::Count diverted, const Limits& limits);

// The miss rate of each defect class.
std::vector<Claim> class_claims(const std::vector<Part>& parts, const Limits& limits);

// A share as ppm where the claim is of escapes, else in percent.
std::string percent_or_ppm(const Claim& claim, double share);
// The bound, rounded up: it must not read as less than it is.
std::string bound_in_words(const Claim& claim);
// "3 of 120 defective parts missed".
std::string counted_in_words(const Claim& claim);
// "miss rate: 0 of 300 defective parts missed, at most 1.00 % with 95 % confidence; asked: at most 1 %: shown".
std::string in_words(const Claim& claim);

}  // namespace lineguard::acceptance
