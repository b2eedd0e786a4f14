#include "demo/closing_table.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/files.h>
#include <lineguard/record/decision_json.h>
#include <lineguard/record/record_reader.h>
#include <lineguard/stats/bounds.h>
#include <lineguard/stats/quantile.h>

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

std::string rate_line(const char* name, std::size_t events, std::size_t n, const char* of) {
  const stats::Count count{events, n};
  const stats::Interval interval = stats::exact_interval(count);
  return fmt::format("  {:<10} {} of {} {} parts: {:.1f} % (95 % interval {:.1f} to {:.1f} %)\n", name, events, n, of,
                     100 * count.rate(), 100 * interval.low, 100 * interval.high);
}

std::string word_of(Outcome outcome) {
  return std::string(to_string(outcome));
}

void compare_part(const GateLine& at_gate, const RecordedParts& recorded, std::vector<std::string>& differences) {
  const auto found = recorded.decisions.find(at_gate.part);
  if (found == recorded.decisions.end()) {
    differences.push_back(fmt::format("part {}: at the gate, but not in the record", at_gate.part));
    return;
  }
  const Outcome action = at_gate.passed ? Outcome::pass : Outcome::divert;
  const Decision& decision = found->second;
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
    const bool decided = event.kind == to_string(record::EventKind::decided);
    if (event.kind == to_string(record::EventKind::trigger_repeated)) ++recorded.repeated_triggers;
    if (!decided && event.kind != to_string(record::EventKind::revised)) return true;
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

Result<StationCounts> read_station_counts(const fs::path& file) {
  LINEGUARD_ASSIGN(const std::string text, read_text_file(file));
  const json status = json::parse(text, nullptr, false);
  try {
    const json& parts = status.at("parts");
    return StationCounts{parts.at("passed").get<std::size_t>(), parts.at("diverted").get<std::size_t>()};
  } catch (const json::exception&) {
    return make_error(ErrorCode::corrupt_data, file.string() + ": expected lineguard.station_status/1");
  }
}

std::vector<std::string> find_differences(PartNumber parts, const std::vector<GateLine>& gate,
                                          const RecordedParts& recorded, const StationCounts& counts) {
  std::vector<std::string> differences;
  std::set<PartNumber> seen;
  std::size_t passed = 0;
  for (const GateLine& part : gate) {
    if (!seen.insert(part.part).second)
      differences.push_back(fmt::format("part {}: twice in the PLC's log", part.part));
    compare_part(part, recorded, differences);
    passed += part.passed ? 1 : 0;
  }
  for (PartNumber part = 1; part <= parts; ++part) {
    if (!seen.contains(part)) differences.push_back(fmt::format("part {}: not in the PLC's log", part));
  }
  for (const auto& [part, times] : recorded.decided_events) {
    if (times != 1) differences.push_back(fmt::format("part {}: decided {} times", part, times));
    if (!seen.contains(part)) differences.push_back(fmt::format("part {}: in the record, but not at the gate", part));
  }
  if (counts.passed != passed || counts.diverted != gate.size() - passed)
    differences.push_back(fmt::format("the station counts {} passed and {} diverted, the PLC {} and {}", counts.passed,
                                      counts.diverted, passed, gate.size() - passed));
  return differences;
}

LineFigures figures_of(const std::vector<GateLine>& gate, const RecordedParts& recorded,
                       const std::vector<Cell>& truth) {
  LineFigures figures;
  for (const GateLine& part : gate) {
    if (part.part < 1 || part.part > truth.size()) continue;  // find_differences() tells of it
    const Cell& cell = truth[part.part - 1];
    ++figures.parts;
    ++(cell.defective ? figures.defective : figures.good);
    ++(part.passed ? figures.passed : figures.diverted);
    if (part.passed && cell.defective) figures.missed_pictures.push_back(cell.file);
    if (!part.passed && !cell.defective) ++figures.overkill;
    const auto found = recorded.decisions.find(part.part);
    const bool known = found != recorded.decisions.end();
    if (!part.passed) {
      auto& count = figures.diverted_by_reason[known ? std::string(to_string(found->second.reason)) : part.reason];
      ++(cell.defective ? count.defective : count.good);
      if (known && found->second.prediction) figures.diverted_pictures.push_back(cell.file);
    }
    if (known && part.fault != "lost" && std::isfinite(found->second.trigger_to_decision_ms))
      figures.decision_ms.push_back(found->second.trigger_to_decision_ms);
  }
  figures.misses = figures.missed_pictures.size();
  std::ranges::sort(figures.decision_ms);
  return figures;
}

std::string closing_table(const LineFigures& figures, const std::vector<std::string>& differences) {
  std::string text = fmt::format("  {:<28} {:>6} {:>6} {:>10}\n", "", "all", "good", "defective");
  const auto row = [&text](const std::string& name, std::size_t good, std::size_t defective) {
    text += fmt::format("  {:<28} {:>6} {:>6} {:>10}\n", name, good + defective, good, defective);
  };
  row("parts", figures.good, figures.defective);
  row("passed the gate", figures.good - figures.overkill, figures.misses);
  row("diverted", figures.overkill, figures.defective - figures.misses);
  for (const auto& [reason, count] : figures.diverted_by_reason) row("  " + reason, count.good, count.defective);
  text += "\n";
  text += rate_line("misses", figures.misses, figures.defective, "defective");
  text += rate_line("overkill", figures.overkill, figures.good, "good");
  if (!figures.decision_ms.empty())
    text += fmt::format("  {:<10} p50 {:.1f} ms, p99 {:.1f} ms, max {:.1f} ms from trigger to decision (n = {})\n",
                        "time", stats::quantile(figures.decision_ms, 0.5), stats::quantile(figures.decision_ms, 0.99),
                        figures.decision_ms.back(), figures.decision_ms.size());
  if (differences.empty())
    text += "  reconciled part by part: the PLC's log, the station's record and its counts are equal\n";
  for (const std::string& difference : differences) text += "  DIFFERENT  " + difference + "\n";
  return text;
}

}  // namespace lineguard::app
