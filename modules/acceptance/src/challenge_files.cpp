// The register of challenge parts and their history, as files.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include <lineguard/acceptance/challenge.h>
#include <lineguard/core/config.h>
#include <lineguard/core/files.h>
#include <lineguard/core/utc.h>
#include <lineguard/dataset/csv_table.h>

namespace lineguard::acceptance {
namespace {

constexpr const char* kHistoryHeader = "at,part,outcome,by,detail\n";

// "06:30" in minutes after midnight.
std::optional<int> minutes_of_day(const std::string& text) {
  int hour = 0, minute = 0;
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto of_hour = std::from_chars(text.data(), text.data() + 2, hour);
  const auto of_minute = std::from_chars(text.data() + 3, text.data() + 5, minute);
  const bool read = of_hour.ptr == text.data() + 2 && of_minute.ptr == text.data() + 5;
  if (!read || hour > 23 || minute > 59 || hour < 0 || minute < 0) return std::nullopt;
  return 60 * hour + minute;
}

void read_shifts(ConfigReader& reader, ChallengeRegister& known) {
  std::vector<std::string> shifts;
  reader.require("shifts").read("shifts", shifts);
  for (const std::string& shift : shifts) {
    if (const auto start = minutes_of_day(shift)) {
      known.shift_starts_min.push_back(*start);
    } else {
      reader.add_problem("shifts", fmt::format("\"{}\" is no time of day: expected \"06:00\", UTC", shift));
    }
  }
  if (known.shift_starts_min.empty()) reader.add_problem("shifts", "must name the start of a shift at least");
  std::ranges::sort(known.shift_starts_min);
}

ChallengePart read_part(ConfigReader& section) {
  ChallengePart part;
  std::string expires;
  section.require("id").read("id", part.id).require("class").read("class", part.class_name);
  section.require("owner").read("owner", part.owner).read("expires", expires);
  section.read("most_uses", part.most_uses, {0, 1'000'000'000});
  if (part.id.empty() || part.id.find_first_of(",\"\r\n") != std::string::npos)
    section.add_problem("id", "must not be empty nor hold a comma, a quote or a line break");
  if (expires.empty()) return part;
  part.expires = parse_utc(expires.size() == 10 ? expires + "T00:00:00.000Z" : expires);
  if (!part.expires) section.add_problem("expires", "must be a date: \"2027-06-01\"");
  return part;
}

}  // namespace

Result<ChallengeRegister> read_register(const std::filesystem::path& file) {
  LINEGUARD_ASSIGN(ConfigReader reader, ConfigReader::from_file(file));
  ChallengeRegister known;
  read_shifts(reader, known);
  reader.read("within_minutes", known.within_min, {1, 24 * 60});
  for (ConfigReader& section : reader.sections("part")) {
    ChallengePart part = read_part(section);
    if (std::ranges::find(known.parts, part.id, &ChallengePart::id) != known.parts.end())
      section.add_problem("id", fmt::format("there is another part \"{}\"", part.id));
    known.parts.push_back(std::move(part));
  }
  if (known.parts.empty()) reader.add_problem("part", "there is no [[part]]");
  LINEGUARD_TRY(reader.finish());
  return known;
}

Result<std::vector<ChallengeShown>> read_history(const std::filesystem::path& file) {
  std::vector<ChallengeShown> history;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return history;
  LINEGUARD_ASSIGN(const std::string text, read_text_file(file));
  LINEGUARD_ASSIGN(const auto table, dataset::parse_csv_table(text, file.string()));
  LINEGUARD_ASSIGN(const std::size_t at, table.require("at"));
  LINEGUARD_ASSIGN(const std::size_t part, table.require("part"));
  LINEGUARD_ASSIGN(const std::size_t outcome, table.require("outcome"));
  LINEGUARD_ASSIGN(const std::size_t by, table.require("by"));
  LINEGUARD_ASSIGN(const std::size_t detail, table.require("detail"));
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    const auto time = parse_utc(row[at]);
    if (!time) return table.problem(i, fmt::format("\"{}\" is no time: expected 2026-11-23T15:04:05.678Z", row[at]));
    if (row[outcome] != "found" && row[outcome] != "missed")
      return table.problem(i, fmt::format("the outcome is \"{}\": expected found or missed", row[outcome]));
    history.push_back({*time, row[part], row[outcome] == "found" ? ChallengeOutcome::found : ChallengeOutcome::missed,
                       row[by], row[detail]});
  }
  return history;
}

Result<void> append_history(const std::filesystem::path& file, const ChallengeRegister& known,
                            const ChallengeShown& shown) {
  if (std::ranges::find(known.parts, shown.part, &ChallengePart::id) == known.parts.end())
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("there is no challenge part \"{}\" in the register", shown.part));
  LINEGUARD_TRY(read_history(file));  // a damaged one is not appended to
  std::error_code ignored;
  std::string text = kHistoryHeader;
  if (std::filesystem::exists(file, ignored)) {
    LINEGUARD_ASSIGN(text, read_text_file(file));
  }
  if (!text.ends_with('\n')) text += '\n';
  text += fmt::format("{},{},{},{},{}\n", format_utc(shown.at), dataset::csv_field(shown.part),
                      shown.outcome == ChallengeOutcome::found ? "found" : "missed", dataset::csv_field(shown.by),
                      dataset::csv_field(shown.detail));
  return write_file_atomically(file, text);
}

}  // namespace lineguard::acceptance
