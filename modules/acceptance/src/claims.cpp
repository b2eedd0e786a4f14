#include "claims.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include <lineguard/acceptance/escape.h>

namespace lineguard::acceptance {
namespace {

constexpr double kErrorOfMisses = 0.9;  // share of an escape rate's error that its miss bound may use

// Parts that show the limit with as many events; none where the rate itself is not below it.
std::size_t parts_needed(stats::Count count, double limit, double confidence) {
  if (limit >= 1) return 1;
  if (limit <= 0 || (count.events > 0 && count.rate() >= limit)) return 0;
  return stats::trials_needed(limit, count.events, confidence);
}

}  // namespace

Acceptance counted(const std::vector<Part>& parts, const Limits& limits) {
  Acceptance acceptance;
  acceptance.limits = limits;
  acceptance.miss = rate_of(parts, Label::defective, limits.confidence);
  acceptance.overkill = rate_of(parts, Label::good, limits.confidence);
  acceptance.failed_good = acceptance.overkill.left_out;
  acceptance.failed_defective = acceptance.miss.left_out;
  return acceptance;
}

stats::Count diverted_of(const Acceptance& acceptance) {
  const stats::Count& count = acceptance.overkill.count;
  return {count.events + acceptance.failed_good, count.n + acceptance.failed_good};
}

Claim rate_claim(const char* what, stats::Count count, const std::optional<double>& limit, double confidence) {
  Claim claim;
  claim.what = what;
  claim.count = count;
  claim.confidence = confidence;
  claim.bound = stats::upper_bound(count, confidence);
  claim.decides = limit.has_value();
  claim.limit = limit.value_or(1);
  claim.needed = claim.decides ? parts_needed(count, claim.limit, confidence) : 0;
  return claim;
}

Claim escape_claim(stats::Count missed, stats::Count diverted, const Limits& limits) {
  const double error = 1 - limits.confidence, defect_rate = *limits.defect_rate;
  const double of_misses = 1 - kErrorOfMisses * error, of_overkill = 1 - (1 - kErrorOfMisses) * error;
  const double overkill = stats::upper_bound(diverted, of_overkill);
  Claim claim;
  claim.what = kEscapeRate;
  claim.count = missed;
  claim.confidence = limits.confidence;
  claim.bound = overkill < 1 ? escape_rate(stats::upper_bound(missed, of_misses), overkill, defect_rate) : 1;
  claim.decides = limits.max_escapes.has_value();
  claim.limit = limits.max_escapes.value_or(1);
  // Also where no part is good yet: what it takes at least.
  const double least_overkill = overkill < 1 ? overkill : 0;
  if (claim.decides)
    claim.needed = parts_needed(missed, miss_for_escape_rate(claim.limit, least_overkill, defect_rate), of_misses);
  return claim;
}

std::vector<Claim> class_claims(const std::vector<Part>& parts, const Limits& limits) {
  std::map<std::string, stats::Count> by_class;
  for (const Part& part : parts) {
    if (part.truth != Label::defective || part.failed > 0) continue;
    for (const std::string& name : part.classes) {
      ++by_class[name].n;
      by_class[name].events += part.wrongly_decided();
    }
  }
  std::vector<Claim> claims;
  for (const auto& [name, count] : by_class) {
    Claim claim = rate_claim(kMissRate, count, limits.max_miss, limits.confidence);
    claim.class_name = name;
    claim.decides = limits.every_class;
    claims.push_back(claim);
  }
  return claims;
}

std::string percent_or_ppm(const Claim& claim, double share) {
  return claim.what == kEscapeRate ? ppm(share) : percent(share);
}

std::string bound_in_words(const Claim& claim) {
  if (claim.what == kEscapeRate) return ppm(claim.bound);
  const double percent = 100 * claim.bound;
  const double unit = percent < 0.1 ? 1e-4 : 1e-2;
  return fmt::format("{:.{}f} %", std::min(100.0, std::ceil(percent / unit - 1e-9) * unit), percent < 0.1 ? 4 : 2);
}

std::string counted_in_words(const Claim& claim) {
  const bool good = claim.what == kOverkillRate;
  const char* kind = good ? "good" : "defective";
  if (claim.count.n == 0) return fmt::format("no {} part", kind);
  return fmt::format("{} of {} {} {}", claim.count.events, claim.count.n,
                     claim.count.n == 1 ? fmt::format("{} part", kind) : fmt::format("{} parts", kind),
                     good ? "diverted" : "missed");
}

std::string in_words(const Claim& claim) {
  std::string text = claim.what;
  if (!claim.class_name.empty()) text += fmt::format(" of class \"{}\"", claim.class_name);
  text += ": " + counted_in_words(claim);
  if (claim.count.n > 0)
    text += fmt::format(", at most {} with {:g} % confidence", bound_in_words(claim), 100 * claim.confidence);
  if (!claim.decides) return text;
  return text + fmt::format("; asked: at most {}: {}", percent_or_ppm(claim, claim.limit),
                            claim.shown() ? "shown" : "NOT SHOWN");
}

}  // namespace lineguard::acceptance
