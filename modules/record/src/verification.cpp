#include "chain_check.h"
#include "merkle.h"
#include "payload.h"
#include "schema.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <lineguard/core/utc.h>
#include <lineguard/record/anchor.h>
#include <lineguard/record/decision_json.h>
#include <lineguard/record/verification.h>

namespace lineguard::record {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxSentences = 20;

// Sentences, of which the first are kept and the others counted.
class Sentences {
 public:
  explicit Sentences(std::vector<std::string>& kept) : kept_(kept) {}
  void add(std::string sentence) {
    if (kept_.size() < kMaxSentences)
      kept_.push_back(std::move(sentence));
    else
      ++more_;
  }
  void finish() {
    if (more_ > 0) kept_.push_back(fmt::format("and {} more", more_));
  }

 private:
  std::vector<std::string>& kept_;
  std::size_t more_ = 0;
};

// ---- one event

// The columns behind kColumns of format 2: what the database says of types, and the derived ones.
constexpr const char* kTypes =
    "typeof(sequence) = 'integer' AND typeof(utc) = 'text' AND typeof(kind) = 'text' AND typeof(part) IN ('integer', "
    "'null') AND typeof(payload) = 'text' AND typeof(previous) = 'text' AND typeof(hash) = 'text'";
constexpr const char* kDerived = "utc_ms, outcome, reason, serial, lot, recipe, first_part, last_part";
constexpr std::size_t kTypesColumn = 7, kFirstDerived = 8;

bool is_text(const store::Value& column, const json& payload, const char* key) {
  const auto found = payload.find(key);
  if (found == payload.end() || !found->is_string()) return std::holds_alternative<std::monostate>(column);
  const auto* text = std::get_if<std::string>(&column);
  return text && *text == found->get_ref<const std::string&>();
}

bool is_integer(const store::Value& column, const json& payload, const char* key) {
  const auto found = payload.find(key);
  if (found == payload.end() || !found->is_number_integer()) return std::holds_alternative<std::monostate>(column);
  const auto* integer = std::get_if<std::int64_t>(&column);
  return integer && *integer == found->get<std::int64_t>();
}

// The first derived column that says something else than the event; null: none.
const char* wrong_column(const store::Row& row, const json& payload, UtcTime utc) {
  const auto* ms = std::get_if<std::int64_t>(&row.at(kFirstDerived));
  if (!ms || UtcTime(std::chrono::milliseconds(*ms)) != utc) return "utc_ms";
  std::size_t column = kFirstDerived + 1;
  for (const char* key : {"outcome", "reason", "serial", "lot", "recipe"}) {
    if (!is_text(row.at(column++), payload, key)) return key;
  }
  if (!is_integer(row.at(column), payload, "first")) return "first_part";
  if (!is_integer(row.at(column + 1), payload, "last")) return "last_part";
  return nullptr;
}

// What the fields of a known kind must be; empty: as they should.
std::string wrong_fields(const Event& event) {
  if (is(event, EventKind::decided) || is(event, EventKind::revised)) {
    const auto parsed = parse_recorded_decision(event);
    return parsed ? "" : parsed.error().message;
  }
  if (is(event, EventKind::decided_range)) {
    const auto parsed = parse_decided_range(event);
    if (!parsed) return parsed.error().message;
    return event.part ? fmt::format("event {} decides a range and names a part", event.sequence) : "";
  }
  return "";
}

class Check {
 public:
  Check(const VerifyOptions& options, RecordVerification& found)
      : options_(options),
        found_(found),
        chain_(options.expected),
        problems_(found.problems),
        warnings_(found.warnings),
        not_checked_(found.not_checked) {}

  void run(store::Rows& rows, const std::filesystem::path& anchors) {
    check_tables(rows);
    open_anchors(anchors);
    auto read = rows.query({select(), {}}, [&](const store::Row& row) { return on_row(row); });
    finish_events(rows, read);
    finish_anchors();
    for (Sentences* sentences : {&problems_, &warnings_, &not_checked_}) sentences->finish();
  }

 private:
  std::string select() const {
    const std::string derived = found_.format > 1 ? fmt::format(", {}", kDerived) : "";
    return fmt::format("SELECT {}, {}{} FROM events ORDER BY sequence", kColumns, kTypes, derived);
  }

  // ---- the database

  void check_tables(store::Rows& rows) {
    if (const auto differences = compare_schema(rows, found_.format)) {
      for (const SchemaDifference& difference : *differences) problems_.add("the tables: " + difference.text);
    } else {
      problems_.add("the tables: " + differences.error().message);
    }
    if (auto integrity = rows.check_integrity(); !integrity)
      problems_.add("the database: " + integrity.error().message);
    if (found_.format > 1) {
      const auto meta = read_integer(rows, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'format'");
      if (!meta || *meta != found_.format) problems_.add("the table \"meta\" names another format");
    } else {
      not_checked_.add(
          "the record is of format 1, without columns derived from the payload: a station makes it format 2");
    }
  }

  // ---- events

  bool on_row(const store::Row& row) {
    const Event event = from_row(row);
    if (row.at(kTypesColumn) != store::Value(std::int64_t{1}) || !is_part(row.at(3)))
      return fail(fmt::format("event {} has a value of the wrong type or range", event.sequence));
    if (!chain_.accept(event)) return false;
    check_event(event, row);
    if (is(event, EventKind::anchored)) check_anchor(event);
    compare_line(event);
    if (is(event, EventKind::anchored)) tree_ = MerkleTree();
    tree_.add(event.hash);
    return true;
  }

  static bool is_part(const store::Value& value) {
    const auto* part = std::get_if<std::int64_t>(&value);
    return std::holds_alternative<std::monostate>(value) || (part && *part >= 0 && *part <= UINT32_MAX);
  }

  bool fail(std::string problem) {
    problems_.add(std::move(problem));
    return false;
  }

  void check_event(const Event& event, const store::Row& row) {
    const auto utc = parse_utc(event.utc);
    if (!utc) problems_.add(fmt::format("event {} has no valid time: \"{}\"", event.sequence, event.utc));
    const auto payload = parse_payload(event.payload);
    if (!payload) {
      problems_.add(fmt::format("event {}: {}", event.sequence, payload.error().message));
      return;
    }
    if (payload_text(*payload) != event.payload)
      problems_.add(fmt::format("event {}: the payload is not in canonical form", event.sequence));
    if (utc) check_time(event, *utc);
    if (utc && found_.format > 1) {
      if (const char* column = wrong_column(row, *payload, *utc))
        problems_.add(
            fmt::format("event {}: the column for \"{}\" says something else than the event", event.sequence, column));
    }
    if (!value_named(kEventKindNames, event.kind)) ++unknown_kinds_;
    if (std::string wrong = wrong_fields(event); !wrong.empty()) problems_.add(std::move(wrong));
  }

  void check_time(const Event& event, UtcTime utc) {
    if (last_utc_ && utc < *last_utc_)
      warnings_.add(fmt::format("time runs backwards: event {} is of {}, the one before of {}", event.sequence,
                                event.utc, format_utc(*last_utc_)));
    last_utc_ = utc;
  }

  void finish_events(store::Rows& rows, const Result<void>& read) {
    if (!read) problems_.add(fmt::format("event {}: {}", chain_.finish().head.sequence + 1, read.error().message));
    found_.chain = chain_.finish();
    const auto count = read_integer(rows, "SELECT count(*) FROM events NOT INDEXED");
    if (whole_so_far() && (!count || *count < found_.chain.events))
      problems_.add("the table holds another number of events than its index");
    if (unknown_kinds_ > 0)
      not_checked_.add(fmt::format("{} events are of kinds that this version does not know", unknown_kinds_));
  }

  bool whole_so_far() const { return found_.chain.problem.empty() && found_.problems.empty(); }

  // ---- anchors inside

  void check_anchor(const Event& event) {
    const auto anchor = parse_anchor(event);
    if (!anchor) return problems_.add(fmt::format("event {}: {}", event.sequence, anchor.error().message));
    if (anchor->previous_anchor != last_anchor_)
      problems_.add(fmt::format("event {}: the anchor before it is {}, it names {}", event.sequence, last_anchor_,
                                anchor->previous_anchor));
    if (anchor->root != tree_.root())
      problems_.add(
          fmt::format("event {}: the anchor's Merkle root is not that of the events before it", event.sequence));
    if (anchor->format < 1 || anchor->format > found_.format)
      problems_.add(fmt::format("event {}: an anchor of format {} in a record of format {}", event.sequence,
                                anchor->format, found_.format));
    last_anchor_ = event.sequence;
    switch (check_signature(*anchor, options_.keys)) {
      case Signed::yes:
        ++found_.anchors;
        found_.sealed_until = event.sequence;
        found_.sealed_at = event.utc;
        break;
      case Signed::no:
        problems_.add(fmt::format("event {}: the signature of key {} does not hold", event.sequence, anchor->key));
        break;
      case Signed::key_not_known:
        other_key_ = anchor->key;
        ++other_keys_;
        break;
    }
  }

  // ---- anchors beside: read line by line, in step with the events. The lines are few and small: one an hour.

  void open_anchors(const std::filesystem::path& file) {
    anchors_file_ = file;
    auto read = for_each_line(file, [&](std::string_view line, std::int64_t number) {
      if (auto anchor = parse_anchor_line(line))
        lines_.push_back(std::move(*anchor));
      else
        warnings_.add(fmt::format("{}, line {}: no anchor: {}", file.string(), number, anchor.error().message));
      return true;
    });
    if (read)
      anchors_read_ = true;
    else if (read.error().code != ErrorCode::not_found)
      warnings_.add(read.error().message);
    std::ranges::stable_sort(lines_, {}, [](const Anchor& anchor) { return anchor.sequence(); });
  }

  void compare_line(const Event& event) {
    bool seen = false;
    for (; next_line_ < lines_.size() && lines_[next_line_].sequence() <= event.sequence; ++next_line_) {
      const Anchor& line = lines_[next_line_];
      const auto anchor = is(event, EventKind::anchored) ? parse_anchor(event) : Result<Anchor>(Error());
      if (anchor && *anchor == line)
        seen = true;
      else
        contradict(line);
    }
    if (anchors_read_ && is(event, EventKind::anchored) && !seen) ++not_beside_;
  }

  void contradict(const Anchor& line) {
    problems_.add(
        fmt::format("{} names event {} of {}{}, which this record does not hold: it was cut, rewritten or "
                    "replaced",
                    anchors_file_.string(), line.sequence(), line.utc,
                    check_signature(line, options_.keys) == Signed::yes ? ", signed by a key that counts" : ""));
  }

  void finish_anchors() {
    if (found_.chain.problem.empty()) {
      for (; next_line_ < lines_.size(); ++next_line_) contradict(lines_[next_line_]);
    }
    if (not_beside_ > 0)
      warnings_.add(fmt::format("{} of the record's anchors are not in {}", not_beside_, anchors_file_.string()));
    if (!anchors_read_)
      not_checked_.add(
          "there are no anchors beside the record: one that was cut right behind an anchor, or an older copy "
          "of it, looks the same (--anchors FILE, --head SEQUENCE:HASH)");
    if (last_anchor_ == 0)
      not_checked_.add(
          "nothing outside vouches for this record: it has no anchor (a station signs with [record] key; "
          "lineguard keys new makes one), and whoever can write it can write it anew");
    else if (options_.keys.empty())
      not_checked_.add(
          fmt::format("nothing outside vouches for this record: it has anchors of key {}, and no key was "
                      "named that counts (--key FILE.pub)",
                      other_key_));
    else if (other_keys_ > 0)
      warnings_.add(fmt::format("{} anchors are of a key that was not named, as {}", other_keys_, other_key_));
  }

  const VerifyOptions& options_;
  RecordVerification& found_;
  ChainCheck chain_;
  Sentences problems_, warnings_, not_checked_;
  MerkleTree tree_;
  std::int64_t last_anchor_ = 0, unknown_kinds_ = 0, other_keys_ = 0, not_beside_ = 0;
  std::string other_key_;
  std::optional<UtcTime> last_utc_;
  std::filesystem::path anchors_file_;
  std::vector<Anchor> lines_;
  std::size_t next_line_ = 0;
  bool anchors_read_ = false;
};

}  // namespace

namespace {

Result<RecordVerification> verify_readable(const std::filesystem::path& record, const VerifyOptions& options) {
  LINEGUARD_ASSIGN(auto rows, store::open_sqlite(record, {.read_only = true}));
  const auto format = read_format(*rows);
  if (!format) return format.error().in(record.string());
  if (*format == 0) return make_error(ErrorCode::corrupt_data, record.string() + ": not a record of events");
  RecordVerification found;
  found.format = *format;
  found.open_tail = options.open_tail;
  Check(options, found).run(*rows, options.anchors.empty() ? anchors_beside(record) : options.anchors);
  return found;
}

}  // namespace

Result<RecordVerification> verify_record(const std::filesystem::path& record, const VerifyOptions& options) {
  auto found = verify_readable(record, options);
  std::error_code code;
  if (found || found.error().code != ErrorCode::corrupt_data || !std::filesystem::exists(anchors_beside(record), code))
    return found;
  // Its anchors stand beside it, so a record was here: that it was cut, emptied or overwritten is the answer.
  RecordVerification broken;
  broken.open_tail = options.open_tail;
  broken.problems.push_back(found.error().message);
  return broken;
}

}  // namespace lineguard::record
