#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <lineguard/acceptance/challenge.h>
#include <lineguard/core/check.h>
#include <lineguard/core/words.h>

namespace lineguard::acceptance {
namespace {

using std::chrono::minutes;

// The newest start of a shift that is not after `now`.
UtcTime shift_start(const ChallengeRegister& known, UtcTime now) {
  LINEGUARD_CHECK(!known.shift_starts_min.empty(), "a register has a shift");
  const auto midnight = std::chrono::floor<std::chrono::days>(now);
  const auto since = std::chrono::floor<minutes>(now - midnight).count();
  const auto after = std::ranges::upper_bound(known.shift_starts_min, since);
  if (after != known.shift_starts_min.begin()) return midnight + minutes(*std::prev(after));
  return midnight - std::chrono::days(1) + minutes(known.shift_starts_min.back());
}

std::int64_t uses_of(const std::vector<ChallengeShown>& history, const std::string& part) {
  return std::ranges::count(history, part, &ChallengeShown::part);
}

std::string list_of(const std::vector<std::string>& ids) {
  return fmt::format("{}", fmt::join(ids, ", "));
}

}  // namespace

std::string ChallengeStatus::why_not_ready() const {
  if (!missed.empty()) return fmt::format("challenge parts were missed: {}", list_of(missed));
  if (!overdue) return "";
  std::string why = fmt::format("challenge parts are overdue since {}: {}", format_utc(due), list_of(open));
  if (!expired.empty()) why += fmt::format("; expired: {}", list_of(expired));
  if (!worn.empty()) why += fmt::format("; worn out: {}", list_of(worn));
  return why;
}

ChallengeStatus challenge_status(const ChallengeRegister& known, const std::vector<ChallengeShown>& history,
                                 UtcTime now) {
  ChallengeStatus status;
  status.shift_start = shift_start(known, now);
  status.due = status.shift_start + minutes(known.within_min);
  for (const ChallengePart& part : known.parts) {
    const bool expired = part.expires && *part.expires <= now;
    const bool worn = part.most_uses > 0 && uses_of(history, part.id) > part.most_uses;
    if (expired) status.expired.push_back(part.id);
    if (worn) status.worn.push_back(part.id);
    const auto last = std::find_if(history.rbegin(), history.rend(), [&](const ChallengeShown& shown) {
      return shown.part == part.id && shown.at >= status.shift_start && shown.at <= now;
    });
    const bool counts = last != history.rend() && !expired && !worn;
    if (counts && last->outcome == ChallengeOutcome::found) {
      status.found.push_back(part.id);
    } else if (counts) {
      status.missed.push_back(part.id);
    } else {
      status.open.push_back(part.id);
    }
  }
  status.overdue = !status.open.empty() && now >= status.due;
  return status;
}

double challenge_power(std::size_t parts, double miss_rate) {
  return 1 - std::pow(1 - miss_rate, static_cast<double>(parts));
}

std::size_t challenge_parts_needed(double miss_rate, double power) {
  LINEGUARD_CHECK(miss_rate > 0 && miss_rate < 1 && power > 0 && power < 1, "a rate and a power lie between 0 and 1");
  return static_cast<std::size_t>(std::ceil(std::log1p(-power) / std::log1p(-miss_rate) - 1e-9));
}

std::string to_text(const ChallengeRegister& known, const std::vector<ChallengeShown>& history, UtcTime now) {
  const ChallengeStatus status = challenge_status(known, history, now);
  std::string text =
      fmt::format("shift since {}, due by {}: {} found, {} missed, {} open\n", format_utc(status.shift_start),
                  format_utc(status.due), status.found.size(), status.missed.size(), status.open.size());
  for (const ChallengePart& part : known.parts) {
    const auto said = [&](const std::vector<std::string>& ids) { return std::ranges::find(ids, part.id) != ids.end(); };
    const char* state = said(status.found)    ? "found"
                        : said(status.missed) ? "MISSED"
                        : status.overdue      ? "OVERDUE"
                                              : "open";
    text += fmt::format("  {:<12}{:<16}{:<14}{:<9}{}{}{}\n", part.id, part.class_name, part.owner, state,
                        count_of(static_cast<std::size_t>(uses_of(history, part.id)), "use"),
                        said(status.expired) ? ", EXPIRED" : "", said(status.worn) ? ", WORN OUT" : "");
  }
  text += fmt::format("power: with {} a shift a model that misses", count_of(known.parts.size(), "part"));
  for (const double rate : {0.01, 0.05, 0.1, 0.2, 0.5})
    text += fmt::format("{} {:g} % is noticed with {:.0f} %", rate == 0.01 ? "" : ",", 100 * rate,
                        100 * challenge_power(known.parts.size(), rate));
  text +=
      fmt::format("\n  {} parts in all notice 5 % with 95 %: after {:.1f} shifts\n", challenge_parts_needed(0.05, 0.95),
                  static_cast<double>(challenge_parts_needed(0.05, 0.95)) /
                      static_cast<double>(std::max<std::size_t>(1, known.parts.size())));
  const std::string why = status.why_not_ready();
  return text + (why.empty() ? "nothing stands against Ready\n" : "NOT READY: " + why + "\n");
}

std::string to_json(const ChallengeRegister& known, const std::vector<ChallengeShown>& history, UtcTime now) {
  const ChallengeStatus status = challenge_status(known, history, now);
  nlohmann::ordered_json json{{"schema", "lineguard.challenge/1"},
                              {"now", format_utc(now)},
                              {"shift_start", format_utc(status.shift_start)},
                              {"due", format_utc(status.due)},
                              {"found", status.found},
                              {"missed", status.missed},
                              {"open", status.open},
                              {"expired", status.expired},
                              {"worn", status.worn},
                              {"overdue", status.overdue},
                              {"why_not_ready", status.why_not_ready()}};
  json["power"] = nlohmann::ordered_json::array();
  for (const double rate : {0.01, 0.05, 0.1, 0.2, 0.5})
    json["power"].push_back({{"miss_rate", rate}, {"a_shift", challenge_power(known.parts.size(), rate)}});
  return json.dump(1) + "\n";
}

}  // namespace lineguard::acceptance
