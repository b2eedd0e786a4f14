#include "reconciliation.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/files.h>
#include <lineguard/core/json_limits.h>
#include <lineguard/record/record_reader.h>

namespace lineguard::app {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::optional<GateLine> parse_gate_line(const std::string& text) {
  const json line = json::parse(text, nullptr, false);
  try {
    GateLine part;
    part.part = line.at("part").get<PartNumber>();
    part.passed = line.at("action").get<std::string>() == "pass";
    part.result_taken = line.contains("result_ms");
    part.reason = line.at("reason").get<std::string>();
    part.fault = line.value("fault", "");
    return part;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

std::string word_of(Outcome outcome) {
  return std::string(to_string(outcome));
}

void compare_part(const GateLine& at_gate, const RecordedParts& recorded, std::vector<std::string>& differences) {
  const auto found = recorded.find(at_gate.part);
  if (!found) {
    differences.push_back(fmt::format("part {}: at the gate, but not in the record", at_gate.part));
    return;
  }
  const Outcome action = at_gate.passed ? Outcome::pass : Outcome::divert;
  const Decision& decision = *found;
  if (decision.outcome != action)
    differences.push_back(fmt::format("part {}: the record says {} ({}), the PLC did {}", at_gate.part,
                                      word_of(decision.outcome), to_string(decision.reason), word_of(action)));
  if (at_gate.result_taken && at_gate.reason != to_string(decision.reason))
    differences.push_back(fmt::format("part {}: the record's reason is {}, the PLC got {}", at_gate.part,
                                      to_string(decision.reason), at_gate.reason));
}

}  // namespace

Result<std::vector<GateLine>> read_plc_log(const fs::path& file) {
  LINEGUARD_ASSIGN(const std::string text, read_text_file(file));
  std::vector<GateLine> gate;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const auto part = parse_gate_line(line);
    if (!part)
      return make_error(ErrorCode::corrupt_data,
                        fmt::format("{}, line {}: expected a line of lineguard.plc_log/1", file.string(), number));
    gate.push_back(*part);
  }
  return gate;
}

Result<RecordedParts> read_recorded_parts(const fs::path& record) {
  LINEGUARD_ASSIGN(auto reader, record::RecordReader::open(record));
  LINEGUARD_ASSIGN(const auto verification, reader.verify());
  if (verification.broken_sequence)
    return make_error(ErrorCode::refused, record.string() + ": " + verification.problem);
  RecordedParts recorded;
  std::optional<Error> failed;
  LINEGUARD_TRY(reader.for_each({}, [&](const record::Event& event) {
    const bool decided = is(event, record::EventKind::decided);
    if (is(event, record::EventKind::trigger_repeated)) ++recorded.repeated_triggers;
    if (is(event, record::EventKind::decided_range)) {
      auto range = record::parse_decided_range(event);
      if (!range) return failed = range.error(), false;
      recorded.ranges.push_back(std::move(*range));
    }
    if (!decided && !is(event, record::EventKind::revised)) return true;
    auto decision = record::parse_decision(event);
    if (!decision) return failed = decision.error(), false;
    const PartNumber number = decision->part_number;
    if (decided) ++recorded.decided_events[number];
    recorded.decisions[number] = std::move(decision).value();  // the last one is the effective one
    return true;
  }));
  if (failed) return *failed;
  return recorded;
}

std::optional<Decision> RecordedParts::find(PartNumber part) const {
  if (const auto found = decisions.find(part); found != decisions.end()) return found->second;
  for (const record::RangeDecision& range : ranges) {
    if (!holds(range.range, part)) continue;
    Decision decision;
    decision.part_number = part;
    decision.outcome = range.outcome;
    decision.gate = range.gate;
    decision.reason = range.reason;
    decision.detail = range.detail;
    decision.trigger_to_decision_ms = std::nan("");
    return decision;
  }
  return std::nullopt;
}

namespace {

// Sums the lines of lineguard_station_decisions_total.
std::optional<StationCounts> counts_of_metrics(const std::string& text) {
  StationCounts counts;
  bool any = false;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("lineguard_station_decisions_total{")) continue;
    const auto value = line.rfind(' ');
    if (value == std::string::npos) return std::nullopt;
    any = true;
    const bool passed = line.find("outcome=\"pass\"") != std::string::npos;
    (passed ? counts.passed : counts.diverted) += std::strtoull(line.c_str() + value, nullptr, 10);
  }
  if (!any) return std::nullopt;
  return counts;
}

}  // namespace

Result<StationCounts> read_station_counts(const fs::path& file) {
  LINEGUARD_ASSIGN(const std::string text, read_text_file(file));
  if (const auto counts = counts_of_metrics(text)) return *counts;
  LINEGUARD_TRY(check_json_limits(text, limits::kMessageJson));
  const json status = json::parse(text, nullptr, false);
  try {
    const json& parts = status.at("parts");
    return StationCounts{parts.at("passed").get<std::size_t>(), parts.at("diverted").get<std::size_t>()};
  } catch (const json::exception&) {
    return make_error(ErrorCode::corrupt_data, file.string() + ": expected lineguard.station_status/1, or /metrics");
  }
}

std::vector<std::string> find_differences(const std::vector<GateLine>& gate, const RecordedParts& recorded,
                                          const std::optional<StationCounts>& counts) {
  std::vector<std::string> differences;
  std::set<PartNumber> seen;
  std::size_t passed = 0;
  for (const GateLine& part : gate) {
    if (!seen.insert(part.part).second)
      differences.push_back(fmt::format("part {}: twice in the PLC's log", part.part));
    compare_part(part, recorded, differences);
    passed += part.passed ? 1 : 0;
  }
  for (const auto& [part, times] : recorded.decided_events) {
    const auto in_ranges = std::ranges::count_if(
        recorded.ranges, [number = part](const record::RangeDecision& range) { return holds(range.range, number); });
    if (times + in_ranges != 1)
      differences.push_back(fmt::format("part {}: decided {} times", part, times + in_ranges));
    if (!seen.contains(part)) differences.push_back(fmt::format("part {}: in the record, but not at the gate", part));
  }
  for (const record::RangeDecision& range : recorded.ranges) {
    const auto at_gate = static_cast<std::uint64_t>(
        std::ranges::count_if(seen, [&](PartNumber part) { return holds(range.range, part); }));
    if (at_gate != count_of(range.range))
      differences.push_back(fmt::format("parts {} to {}: {} in the record, {} at the gate", range.range.first,
                                        range.range.last, count_of(range.range), at_gate));
  }
  if (counts && (counts->passed != passed || counts->diverted != gate.size() - passed))
    differences.push_back(fmt::format("the station counts {} passed and {} diverted, the PLC {} and {}", counts->passed,
                                      counts->diverted, passed, gate.size() - passed));
  return differences;
}

std::vector<std::string> find_differences(PartNumber parts, const std::vector<GateLine>& gate,
                                          const RecordedParts& recorded, const StationCounts& counts) {
  std::vector<std::string> differences;
  std::set<PartNumber> seen;
  for (const GateLine& part : gate) seen.insert(part.part);
  for (PartNumber part = 1; part <= parts; ++part) {
    if (!seen.contains(part)) differences.push_back(fmt::format("part {}: not in the PLC's log", part));
  }
  const auto more = find_differences(gate, recorded, std::optional(counts));
  differences.insert(differences.end(), more.begin(), more.end());
  return differences;
}

std::string agreement_text(const std::vector<std::string>& differences) {
  if (differences.empty())
    return "  reconciled part by part: the PLC's log, the station's record and its counts are equal\n";
  std::string text;
  for (const std::string& difference : differences) text += "  DIFFERENT  " + difference + "\n";
  return text;
}

std::string reconciliation_table(const std::vector<GateLine>& gate, const RecordedParts& recorded,
                                 const std::optional<StationCounts>& counts,
                                 const std::vector<std::string>& differences) {
  struct Row {
    std::uint64_t gate = 0, record = 0;
  };
  Row passed, diverted;
  std::map<std::string, Row> by_reason;
  for (const GateLine& part : gate) {
    ++(part.passed ? passed : diverted).gate;
    const auto decision = recorded.find(part.part);
    if (!part.passed) ++by_reason[decision ? std::string(to_string(decision->reason)) : part.reason].gate;
  }
  const auto add = [&](Outcome outcome, Reason reason, std::uint64_t parts) {
    (outcome == Outcome::pass ? passed : diverted).record += parts;
    if (outcome == Outcome::divert) by_reason[std::string(to_string(reason))].record += parts;
  };
  for (const auto& [part, decision] : recorded.decisions) add(decision.outcome, decision.reason, 1);
  for (const record::RangeDecision& range : recorded.ranges) add(range.outcome, range.reason, count_of(range.range));

  const auto of_station = [&](std::size_t count) { return counts ? fmt::format("{}", count) : std::string("-"); };
  std::string text = fmt::format("  {:<28} {:>10} {:>10} {:>10}\n", "", "gate", "record", "station");
  const auto add_row = [&text](const std::string& name, const Row& row, const std::string& station) {
    text += fmt::format("  {:<28} {:>10} {:>10} {:>10}\n", name, row.gate, row.record, station);
  };
  add_row("parts", {passed.gate + diverted.gate, passed.record + diverted.record},
          of_station(counts ? counts->passed + counts->diverted : 0));
  add_row("passed", passed, of_station(counts ? counts->passed : 0));
  add_row("diverted", diverted, of_station(counts ? counts->diverted : 0));
  for (const auto& [reason, row] : by_reason) add_row("  " + reason, row, "");
  return text + "\n" + agreement_text(differences);
}

}  // namespace lineguard::app
