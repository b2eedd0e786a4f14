// Challenge parts: known defective parts that are put through the line at the start of every shift. A register (TOML)
// says which, a history (CSV, appended to) what became of them. A failed or overdue one blocks Ready: the station asks
// why_not_ready(). Pure but for the files' readers and writer.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/clock.h>
#include <lineguard/core/result.h>

namespace lineguard::acceptance {

struct ChallengePart {
  std::string id, class_name, owner;
  std::optional<UtcTime> expires;  // none: never
  std::int64_t most_uses = 0;      // wear: so often it may be shown; 0: without end
};

struct ChallengeRegister {
  std::vector<int> shift_starts_min;  // minutes after midnight UTC, ascending, at least one
  int within_min = 60;                // after the start of a shift every part must have been found
  std::vector<ChallengePart> parts;
};

enum class ChallengeOutcome { found, missed };

struct ChallengeShown {  // a line of the history
  UtcTime at{};
  std::string part;
  ChallengeOutcome outcome = ChallengeOutcome::found;
  std::string by, detail;
};

// Keys: shifts = ["06:00", "14:00"], within_minutes, and [[part]] with id, class, owner, expires = "2027-06-01",
// most_uses. Errors: those of ConfigReader, with file, line and key.
Result<ChallengeRegister> read_register(const std::filesystem::path& file);
// Empty where there is no file yet. Errors: corrupt_data, with file and line.
Result<std::vector<ChallengeShown>> read_history(const std::filesystem::path& file);
// Errors: invalid_argument for a part that is not in the register; those of writing.
Result<void> append_history(const std::filesystem::path& file, const ChallengeRegister& known,
                            const ChallengeShown& shown);

struct ChallengeStatus {
  UtcTime shift_start{}, due{};
  std::vector<std::string> found, missed, open;  // ids, in this shift; the last outcome of a part counts
  std::vector<std::string> expired, worn;        // may not be used any more: they count as open
  bool overdue = false;                          // something is open and `due` has passed
  // Why the station must not be Ready, in words; empty: nothing stands against it.
  std::string why_not_ready() const;
};
// REQUIRES: a register with a shift.
ChallengeStatus challenge_status(const ChallengeRegister& known, const std::vector<ChallengeShown>& history,
                                 UtcTime now);

// P(at least one of `parts` challenge parts is missed) where each is missed with `miss_rate`: 1 - (1 -
// miss_rate)^parts.
double challenge_power(std::size_t parts, double miss_rate);
// Challenge parts that find a miss rate with this probability.
std::size_t challenge_parts_needed(double miss_rate, double power);

std::string to_text(const ChallengeRegister& known, const std::vector<ChallengeShown>& history, UtcTime now);
std::string to_json(const ChallengeRegister& known, const std::vector<ChallengeShown>& history,
                    UtcTime now);  // "lineguard.challenge/1"

}  // namespace lineguard::acceptance
