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

// A range that wraps has its first number above its last one.
std::string range_holds(std::size_t parameter) {
  return fmt::format(
      "(kind = 'decided_range' AND CASE WHEN json_extract(payload, '$.first') <= json_extract(payload, '$.last') "
      "THEN ${0} BETWEEN json_extract(payload, '$.first') AND json_extract(payload, '$.last') "
      "ELSE ${0} >= json_extract(payload, '$.first') OR ${0} <= json_extract(payload, '$.last') END)",
      parameter);
}

// The filter as SQL: conditions are numbers and fixed words only, values go as parameters.
store::Statement select_for(const EventFilter& filter) {
  store::Statement select;
  std::string where = "sequence >= $1";
  select.parameters.emplace_back(filter.from_sequence);
  const auto add = [&](std::string_view condition, store::Value value) {
    select.parameters.push_back(std::move(value));
    where += fmt::format(" AND {} ${}", condition, select.parameters.size());
  };
  if (filter.part) {
    select.parameters.emplace_back(std::int64_t{*filter.part});
    where += fmt::format(" AND (part = ${0} OR {1})", select.parameters.size(), range_holds(select.parameters.size()));
  }
  if (filter.reason) {
    where += " AND kind IN ('decided', 'revised', 'decided_range')";
    add("payload LIKE", fmt::format("%\"reason\":\"{}\"%", to_string(*filter.reason)));
  }
  if (!filter.last) {
    select.sql = fmt::format("SELECT {} FROM events WHERE {} ORDER BY sequence", kColumns, where);
    return select;
  }
  select.parameters.emplace_back(*filter.last);
  select.sql = fmt::format(
      "SELECT {0} FROM (SELECT {0} FROM events WHERE {1} ORDER BY sequence DESC LIMIT ${2}) AS newest "
      "ORDER BY sequence",
      kColumns, where, select.parameters.size());
  return select;
}

// Finds the first event that does not follow from the one before it.
class ChainCheck {
 public:
  bool accept(const Event& event) {
    const std::int64_t expected = found_.head.sequence + 1;
    if (event.sequence != expected) {
      return broken(expected, fmt::format("event {} is missing: the next one is {}", expected, event.sequence));
    }
    if (event.previous != found_.head.hash) {
      return broken(expected, fmt::format("event {} does not follow from the one before it", expected));
    }
    if (event.hash != hash_of(event)) {
      return broken(expected, fmt::format("event {} was changed: its hash does not match", expected));
    }
    if (expected_ && expected_->sequence == event.sequence && expected_->hash != event.hash) {
      return broken(expected, fmt::format("event {} is not the one whose hash was kept elsewhere", expected));
    }
    found_.head = Head{event.sequence, event.hash};
    ++found_.events;
    return true;
  }
  Verification finish() {
    if (!found_.broken_sequence && expected_ && expected_->sequence > found_.head.sequence) {
      broken(found_.head.sequence + 1, fmt::format("the record ends at event {}, but it once reached {}",
                                                   found_.head.sequence, expected_->sequence));
    }
    return found_;
  }
  explicit ChainCheck(const std::optional<Head>& expected) : expected_(expected) {}

 private:
  bool broken(std::int64_t sequence, std::string problem) {
    found_.broken_sequence = sequence;
    found_.problem = std::move(problem);
    return false;
  }
  std::optional<Head> expected_;
  Verification found_;
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

RecordReader::RecordReader(std::unique_ptr<store::Rows> rows) : rows_(std::move(rows)) {}
RecordReader::RecordReader(RecordReader&&) noexcept = default;
RecordReader& RecordReader::operator=(RecordReader&&) noexcept = default;
RecordReader::~RecordReader() = default;

Result<RecordReader> RecordReader::open(const std::filesystem::path& file) {
  LINEGUARD_ASSIGN(auto rows, store::open_sqlite(file, {.read_only = true}));
  auto probed =
      rows->query({fmt::format("SELECT {} FROM events LIMIT 1", kColumns), {}}, [](const auto&) { return true; });
  if (!probed) {
    return make_error(ErrorCode::corrupt_data, fmt::format("{} is not a record of events", file.string()));
  }
  return RecordReader(std::move(rows));
}

Result<void> RecordReader::for_each(const EventFilter& filter, const std::function<bool(const Event&)>& on_event) {
  return rows_->query(select_for(filter), [&](const store::Row& row) { return on_event(from_row(row)); });
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
