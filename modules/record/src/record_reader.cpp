#include "chain_check.h"
#include "number_count.h"
#include "schema.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/record/decision_json.h>
#include <lineguard/record/record_reader.h>

namespace lineguard::record {
namespace {

// A filter as SQL.
class Select {
 public:
  Select(const EventFilter& filter, std::int64_t format) {
    add("sequence >= {}", filter.from_sequence);
    if (filter.part && format == 1) add("part = {}", std::int64_t{*filter.part});
    if (filter.part && format > 1) add(kOfPart, std::int64_t{*filter.part});
    if (filter.kind) add("kind = {}", std::string(to_string(*filter.kind)));
    if (filter.reason) add_reason(std::string(to_string(*filter.reason)), format);
    if (filter.since) add(format == 1 ? "utc >= {}" : "utc_ms >= {}", time(*filter.since, format));
    if (filter.until) add(format == 1 ? "utc <= {}" : "utc_ms <= {}", time(*filter.until, format));
    add_text("serial", filter.serial, format);
    add_text("lot", filter.lot, format);
    add_text("recipe", filter.recipe, format);
    last_ = filter.last;
  }
  store::Statement finish() && {
    if (!last_) {
      statement_.sql = fmt::format("SELECT {} FROM events WHERE {} ORDER BY sequence", kColumns, where_);
      return std::move(statement_);
    }
    statement_.parameters.emplace_back(*last_);
    statement_.sql = fmt::format(
        "SELECT {0} FROM (SELECT {0} FROM events WHERE {1} ORDER BY sequence DESC LIMIT ${2}) AS newest "
        "ORDER BY sequence",
        kColumns, where_, statement_.parameters.size());
    return std::move(statement_);
  }

 private:
  // A range that wraps has its first number above its last one.
  static constexpr const char* kOfPart =
      "(part = {0} OR (first_part IS NOT NULL AND CASE WHEN first_part <= last_part THEN {0} BETWEEN first_part AND "
      "last_part ELSE {0} >= first_part OR {0} <= last_part END))";

  static store::Value time(UtcTime time, std::int64_t format) {
    if (format == 1) return format_utc(time);
    return std::int64_t{std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count()};
  }
  // Conditions are fixed words, values go as parameters.
  void add(const char* condition, store::Value value) {
    statement_.parameters.push_back(std::move(value));
    where_ += where_.empty() ? "" : " AND ";
    where_ += fmt::format(fmt::runtime(condition), fmt::format("${}", statement_.parameters.size()));
  }
  // Format 1 has no columns for these.
  void add_text(const char* field, const std::string& value, std::int64_t format) {
    if (value.empty()) return;
    const std::string column =
        format == 1 ? fmt::format("(CASE WHEN json_valid(payload) THEN json_extract(payload, '$.{}') END)", field)
                    : field;
    add((column + " = {}").c_str(), value);
  }
  void add_reason(const std::string& reason, std::int64_t format) {
    add_text("reason", reason, format);
    where_ += " AND kind IN ('decided', 'revised', 'decided_range')";
  }
  store::Statement statement_;
  std::string where_;
  std::optional<std::int64_t> last_;
};

// Takes one event into the count of numbers; those missing when a new count begins are final.
void count_number(const Event& event, NumberCount& count, std::vector<NumberRange>& missing, std::size_t limit) {
  if (is(event, EventKind::decided_range)) {
    if (const auto decision = parse_decided_range(event)) count.add(decision->range);
  }
  if (!event.part) return;
  if (is(event, EventKind::decided)) {
    count.add(*event.part);
  } else if (is(event, EventKind::numbering_restarted)) {
    count.append_missing(missing, limit);
    count.begin(*event.part);
  } else if (is(event, EventKind::station_started) && !count.begun()) {
    count.begin(*event.part);
  }
}

// What is needed to compare with the PLC's count of passed parts.
void follow_passes(const Event& event, RestartFacts& facts) {
  const bool started = is(event, EventKind::station_started);
  if (!started && !is(event, EventKind::actuated)) return;
  const nlohmann::json payload = nlohmann::json::parse(event.payload, nullptr, false);
  if (!payload.is_object()) return;
  if (started) {
    const auto count = payload.find("gate_pass_count");
    if (count != payload.end() && count->is_number_unsigned()) facts.gate_passes_at_start = count->get<std::uint32_t>();
  } else if (payload.value("taken", false) && payload.value("outcome", "") == to_string(Outcome::pass)) {
    ++facts.confirmed_passes;
  }
}

// An output is unconfirmed from its decision to the event that says what became of it.
Result<void> follow_output(const Event& event, RestartFacts& facts) {
  if (is(event, EventKind::station_stopped)) facts.stopped_in_order = true;
  const bool decided = is(event, EventKind::decided) || is(event, EventKind::revised);
  const bool confirmed =
      is(event, EventKind::actuated) || is(event, EventKind::output_unknown) || is(event, EventKind::output_resolved);
  if (!event.part || !(decided || confirmed)) return {};
  std::erase_if(facts.unconfirmed, [&](const UnconfirmedOutput& output) { return output.part == *event.part; });
  if (!decided) return {};
  LINEGUARD_ASSIGN(const Decision decision, parse_decision(event));
  facts.unconfirmed.push_back({decision.part_number, decision.outcome});
  return {};
}

}  // namespace

RecordReader::RecordReader(std::unique_ptr<store::Rows> rows, std::int64_t format)
    : rows_(std::move(rows)), format_(format) {}
RecordReader::RecordReader(RecordReader&&) noexcept = default;
RecordReader& RecordReader::operator=(RecordReader&&) noexcept = default;
RecordReader::~RecordReader() = default;

Result<RecordReader> RecordReader::open(const std::filesystem::path& file) {
  LINEGUARD_ASSIGN(auto rows, store::open_sqlite(file, {.read_only = true}));
  const auto format = read_format(*rows);
  if (!format) return format.error().in(file.string());
  if (*format == 0) return make_error(ErrorCode::corrupt_data, file.string() + ": not a record of events");
  return RecordReader(std::move(rows), *format);
}

Result<void> RecordReader::for_each(const EventFilter& filter, const std::function<bool(const Event&)>& on_event) {
  return rows_->query(Select(filter, format_).finish(), [&](const store::Row& row) { return on_event(from_row(row)); });
}

Result<Verification> RecordReader::verify(const std::optional<Head>& expected) {
  ChainCheck check(expected);
  LINEGUARD_TRY(for_each({.from_sequence = INT64_MIN}, [&](const Event& event) { return check.accept(event); }));
  return check.finish();
}

Result<RestartFacts> RecordReader::read_restart_facts() {
  constexpr std::size_t kMaxMissing = 1000000;  // ranges
  RestartFacts facts;
  std::int64_t started = 0;
  LINEGUARD_TRY(
      rows_->query({"SELECT max(sequence) FROM events WHERE kind = 'station_started'", {}}, [&](const store::Row& row) {
        if (const auto* sequence = std::get_if<std::int64_t>(&row[0])) started = *sequence;
        return false;
      }));
  facts.stopped_in_order = started == 0;
  NumberCount count;
  Result<void> followed;
  LINEGUARD_TRY(for_each({.from_sequence = started}, [&](const Event& event) {
    count_number(event, count, facts.missing, kMaxMissing);
    follow_passes(event, facts);
    followed = follow_output(event, facts);
    return followed.ok();
  }));
  LINEGUARD_TRY(std::move(followed));
  count.append_missing(facts.missing, kMaxMissing);
  facts.last_part = count.last();
  return facts;
}

Result<std::vector<NumberRange>> RecordReader::missing_numbers(std::int64_t from_sequence, std::size_t limit) {
  std::vector<NumberRange> missing;
  NumberCount count;
  LINEGUARD_TRY(for_each({.from_sequence = from_sequence}, [&](const Event& event) {
    count_number(event, count, missing, limit);
    return missing.size() < limit;
  }));
  count.append_missing(missing, limit);
  return missing;
}

}  // namespace lineguard::record
