// The cycle's numbers that it saw no trigger of, and its comparison with the gate.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/station/inspection_cycle.h>

namespace lineguard::station {
namespace {

constexpr std::uint64_t kToldOneByOne = 16;   // of a gap: their NG goes to the PLC
constexpr std::size_t kNamedOneByOne = 1000;  // of a finding: more are bounded by the event alone

std::string words_of(const record::NumberRange& range) {
  return range.first == range.last ? fmt::format("part {}", range.first)
                                   : fmt::format("parts {} to {}", range.first, range.last);
}

std::string alarm_of(const GateFinding& finding) {
  const std::string count = finding.at_least == finding.at_most ? fmt::format("{}", finding.at_least)
                            : finding.at_least == 0             ? fmt::format("at most {}", finding.at_most)
                                                                : fmt::format("at least {}", finding.at_least);
  if (finding.dangerous)
    return fmt::format(
        "The gate passed {} parts that were not decided pass ({}): stop the line, take these parts out, "
        "and check the gate and the PLC's program. Restart the station afterwards.",
        count, words_of(finding.within));
  if (finding.at_least == 0)
    return fmt::format(
        "What the gate did with {} parts that were decided pass ({}) is not known: {}. Look for them on "
        "both sides of the gate, then restart the station.",
        count, words_of(finding.within), finding.detail);
  return fmt::format(
      "The gate diverted {} parts that were decided pass ({}): look for them among the diverted ones, and "
      "find out why the station was silent or late. Restart the station afterwards.",
      count, words_of(finding.within));
}

}  // namespace

// ---- numbers

void InspectionCycle::remember(const GateHistory& history, bool another_since) {
  if (history.position) numbers_.set_known(*history.position);
  if (!history.gate) return;
  if (!another_since) gate_watch_.begin_at(*history.gate);
  for (const PartNumber part : history.passes) gate_watch_.on_pass(part);
  if (another_since) unsettled_before_ = gate_watch_.give_up("another station ran the PLC since");
}

void InspectionCycle::begin(const record::RestartFacts& facts, const PlcPosition& position,
                            std::optional<PartNumber> acknowledged, const std::string& started_payload) {
  LINEGUARD_CHECK(!begun_, "the cycle begins once");
  begun_ = true;
  position_ = position;
  for (const record::UnconfirmedOutput& output : facts.unconfirmed) {
    if (acknowledged == output.part) {
      const Reason reason = output.outcome == Outcome::pass ? Reason::good : Reason::none;
      confirm_output(output.part, record::actuated_entry(output.part, output.outcome, reason, true));
    } else {
      lose_output(output.part, "the station ended before the PLC's Ack");
    }
  }
  const std::string down = "triggered while the station was down";
  for (const record::NumberRange& missing : facts.missing) decide_numbers(missing, Reason::station_down, down);
  if (!gate_watch_.last()) gate_watch_.set_unknown_until(position.number);
  numbers_.set_last(facts.last_part.value_or(position.number));
  catch_up(position, Reason::station_down, down);
  records_.add({record::EventKind::station_started, position.number, started_payload});
  if (unsettled_before_) report(*std::exchange(unsettled_before_, std::nullopt));
}

void InspectionCycle::note_taken_over(const std::string& payload) {
  records_.add({record::EventKind::station_taken_over, std::nullopt, payload});
}

void InspectionCycle::on_plc_restored(const PlcPosition& position) {
  linked_ = true;
  if (begun_) catch_up(position, Reason::sequence_lost, "triggered while the PLC was not reachable");
}

// Numbers up to the PLC's newest one, itself included, whose triggers nobody saw: these parts came and went.
void InspectionCycle::catch_up(const PlcPosition& position, Reason reason, const std::string& detail) {
  const PartNumber last = *numbers_.last();
  const NumberedTrigger found = numbers_.catch_up(position);
  position_ = position;
  if (found.arrival == Arrival::restarted) restart_numbering(position, found, last);
  if (found.skipped) decide_numbers(*found.skipped, reason, detail);
}

std::string InspectionCycle::counts_beside(const std::string& payload) const {
  return gate_watch_.last() ? with_counts(payload, *gate_watch_.last(), position_) : payload;
}

// What of the old count came after its last part that was seen cannot be known: the event bounds it where it can.
void InspectionCycle::restart_numbering(const PlcPosition& position, const NumberedTrigger& found, PartNumber last) {
  // Before the event, so that in the record every decision stands in the count of its number.
  divert_undecided(Reason::sequence_lost, "the PLC began to number its parts anew");
  ++counters_.numbering_restarts;
  gate_watch_.on_new_count();
  nlohmann::json payload = {{"detail", fmt::format("the last part was {}, the PLC is at {}: it numbers its parts anew",
                                                   last, position.number)},
                            {"last_of_old_count", last},
                            {"newest", position.number}};
  if (found.unseen_of_old_count)
    payload["old_count_went_on_at_most"] = *found.unseen_of_old_count;
  else
    payload["old_count_went_on"] = "not known";
  records_.add({record::EventKind::numbering_restarted, found.before_first, counts_beside(payload.dump())});
}

// One decision for all of them. The PLC is told where they may still be before the gate, and few.
void InspectionCycle::decide_numbers(const record::NumberRange& range, Reason reason, const std::string& detail) {
  const std::uint64_t count = count_of(range);
  if (count == 1 || (reason == Reason::sequence_lost && count <= kToldOneByOne)) {
    for (std::uint64_t i = 0; i < count; ++i) decide_unseen(range.first + static_cast<PartNumber>(i), reason, detail);
    return;
  }
  record::RangeDecision decision;
  decision.range = range;
  decision.reason = reason;
  decision.detail = detail;
  decision.decided_at = clock_.utc_now();
  decision.context.recipe = settings_.recipe.id;
  records_.add(record::decided_range_entry(decision));
  counters_.diverted += count;
  counters_.decided_because[static_cast<std::size_t>(reason)] += count;
  Decision last;
  last.part_number = range.last;
  last.reason = reason;
  last.detail = fmt::format("{}: {}", words_of(range), detail);
  last.decided_at = decision.decided_at;
  decisions_.push_back(std::move(last));
}

// A part that this station never saw. Behind a gap its result still goes to the PLC; after a restart it is long gone.
void InspectionCycle::decide_unseen(PartNumber number, Reason reason, const std::string& detail) {
  Trigger trigger;
  trigger.part = number;
  Part& part = accept(trigger);
  part.in_outputs = reason != Reason::station_down;
  divert(part, reason, detail);
  publish();
}

// ---- the gate

void InspectionCycle::on_gate(const GatePoint& point) {
  if (const auto finding = gate_watch_.on_gate(clock_.now(), point)) report(*finding);
}

void InspectionCycle::report(const GateFinding& finding) {
  settle_unknown_outputs(finding);
  if (finding.at_most == 0) return;
  counters_.gate_differences += finding.at_least;
  if (finding.at_least == 0) counters_.gate_unsettled += finding.at_most;
  if (finding.dangerous) counters_.gate_wrong_passes += finding.at_least;
  gate_alarm_ = counters_.gate_wrong_passes > 0 && !finding.dangerous ? gate_alarm_ : alarm_of(finding);
  record::GateDifference difference;
  if (finding.exact) difference.parts = finding.passes;
  difference.parts.resize(std::min(difference.parts.size(), kNamedOneByOne));
  difference.within = finding.within;
  difference.at_least = finding.at_least;
  difference.at_most = finding.at_most;
  difference.recorded = finding.dangerous ? Outcome::divert : Outcome::pass;
  difference.gate = finding.dangerous ? Outcome::pass : Outcome::divert;
  difference.detail =
      fmt::format("{}: it passed {} and diverted {}", finding.detail, finding.gate_passed, finding.gate_diverted);
  records_.add(record::gate_differs_entry(difference));
  if (finding.dangerous || finding.exact) return;
  // Which of them were diverted is not known of any single one.
  for (std::size_t i = 0; i < std::min(finding.passes.size(), kNamedOneByOne); ++i)
    note(record::EventKind::output_unknown, finding.passes[i],
         "the gate did not pass all parts that were decided pass");
}

// Where all passes of a finding went one way, each is known; else the counts bound how many went through.
void InspectionCycle::settle_unknown_outputs(const GateFinding& finding) {
  std::vector<PartNumber> unknown;
  for (const PartNumber part : finding.passes) {
    if (unknown_outputs_.erase(part) > 0) unknown.push_back(part);
  }
  std::erase_if(unknown_outputs_, [&](PartNumber part) { return record::holds(finding.within, part); });
  if (finding.exact) {
    const bool passed = finding.at_most == 0;
    const std::vector<PartNumber>& settled = passed ? unknown : finding.passes;
    for (std::size_t i = 0; i < std::min(settled.size(), kNamedOneByOne); ++i)
      records_.add({record::EventKind::output_resolved, settled[i],
                    nlohmann::json{{"passed", passed}, {"detail", "the PLC's counts of the gate"}}.dump()});
  } else if (!unknown.empty()) {
    const auto known = static_cast<std::uint32_t>(finding.passes.size() - unknown.size());
    const auto count = static_cast<std::uint32_t>(unknown.size());
    const std::uint32_t at_least = finding.gate_passed > known ? finding.gate_passed - known : 0;
    const nlohmann::json payload = {{"parts", unknown},
                                    {"gate_passed", finding.gate_passed},
                                    {"confirmed", known},
                                    {"passed_at_least", std::min(at_least, count)},
                                    {"passed_at_most", std::min(finding.gate_passed, count)}};
    records_.add({record::EventKind::output_resolved, std::nullopt, payload.dump()});
  }
}

}  // namespace lineguard::station
