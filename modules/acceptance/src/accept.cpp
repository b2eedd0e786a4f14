#include "claims.h"

#include <algorithm>

#include <fmt/format.h>

#include <lineguard/acceptance/accept.h>

namespace lineguard::acceptance {
namespace {

Result<void> check_share(const char* what, const std::optional<double>& share) {
  if (!share || (*share > 0 && *share < 1)) return {};
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("{} is {:g} %: expected above 0 and below 100 %", what, 100 * *share));
}

std::string missing_of(const Claim& claim) {
  const char* kind = claim.what == kOverkillRate ? "good" : "defective";
  const char* event = claim.what == kOverkillRate ? "diverted" : "missed";
  const std::string of = claim.class_name.empty() ? "" : fmt::format(" of class \"{}\"", claim.class_name);
  const std::string limit = percent_or_ppm(claim, claim.limit), needed = grouped(static_cast<double>(claim.needed));
  const std::string head = fmt::format("{}{}: {}", claim.what, of, counted_in_words(claim));
  if (claim.needed == 0) return fmt::format("{}; the rate itself is not below {}: more parts do not help", head, limit);
  if (claim.count.n == 0)
    return fmt::format("{}; {} are needed to show at most {}, none of them {}", head, needed, limit, event);
  if (claim.missing() == 0)
    return fmt::format("{}: at most {}, asked {}; good parts are missing", head, bound_in_words(claim), limit);
  return fmt::format("{}, at most {}; {} parts with {} {} would show at most {}: {} more {} parts", head,
                     bound_in_words(claim), needed,
                     claim.count.events == 0 ? "none" : std::to_string(claim.count.events), event, limit,
                     grouped(static_cast<double>(claim.missing())), kind);
}

}  // namespace

Result<void> check(const Limits& limits) {
  if (!limits.max_miss && !limits.max_overkill && !limits.max_escapes) {
    return make_error(ErrorCode::invalid_argument,
                      "nothing is to be shown: give a largest miss rate, overkill rate or escape rate");
  }
  LINEGUARD_TRY(check_share("the largest miss rate", limits.max_miss));
  LINEGUARD_TRY(check_share("the largest overkill rate", limits.max_overkill));
  LINEGUARD_TRY(check_share("the largest escape rate", limits.max_escapes));
  LINEGUARD_TRY(check_share("the defect rate", limits.defect_rate));
  LINEGUARD_TRY(check_share("the confidence", limits.confidence));
  if (limits.max_escapes && !limits.defect_rate) {
    return make_error(
        ErrorCode::invalid_argument,
        "an escape rate follows from the miss rate and the share of defective parts: give the defect rate");
  }
  if (limits.every_class && !limits.max_miss)
    return make_error(ErrorCode::invalid_argument, "a limit for every class is one of the miss rate: give it");
  return {};
}

bool Acceptance::accepted() const {
  const auto fits = [](const Claim& claim) { return !claim.decides || claim.shown(); };
  return refused.empty() && !claims.empty() && std::ranges::all_of(claims, fits) && std::ranges::all_of(classes, fits);
}

Result<Acceptance> accept_point(const std::vector<Part>& parts, const Point& point, const Limits& limits) {
  LINEGUARD_TRY(check(limits));
  Acceptance acceptance = counted(parts, limits);
  acceptance.threshold = point.threshold;
  acceptance.unknown_band = point.unknown_band;
  acceptance.method =
      "the operating point was given before these parts were seen: exact one-sided bounds (Clopper-Pearson), all of "
      "which "
      "must hold (intersection-union test)";
  const stats::Count missed = acceptance.miss.count, diverted = diverted_of(acceptance);
  acceptance.claims.push_back(rate_claim(kMissRate, missed, limits.max_miss, limits.confidence));
  acceptance.claims.push_back(rate_claim(kOverkillRate, diverted, limits.max_overkill, limits.confidence));
  if (limits.defect_rate) acceptance.claims.push_back(escape_claim(missed, diverted, limits));
  acceptance.classes = class_claims(parts, limits);
  return acceptance;
}

std::vector<std::string> what_is_missing(const Acceptance& acceptance) {
  std::vector<std::string> missing;
  if (!acceptance.refused.empty()) missing.push_back(acceptance.refused);
  for (const std::vector<Claim>* claims : {&acceptance.claims, &acceptance.classes}) {
    for (const Claim& claim : *claims) {
      if (claim.decides && !claim.shown()) missing.push_back(missing_of(claim));
    }
  }
  return missing;
}

}  // namespace lineguard::acceptance
