#include "line_invariants.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <lineguard/record/decision_json.h>

namespace lineguard::station::test {

std::map<PartNumber, std::vector<Decision>> decisions_by_part(const SimulatedLine& line) {
  std::map<PartNumber, std::vector<Decision>> decisions;
  for (const record::Event& event : line.events()) {
    if (event.kind == "decided_range") {
      auto range = record::parse_decided_range(event);
      if (!range || count_of(range->range) > 100'000) {
        ADD_FAILURE() << "a range that cannot be read: " << event.payload;
        continue;
      }
      Decision decision;
      decision.outcome = range->outcome;
      decision.gate = range->gate;
      decision.reason = range->reason;
      for (std::uint64_t i = 0; i < count_of(range->range); ++i) {
        decision.part_number = range->range.first + static_cast<PartNumber>(i);
        decisions[decision.part_number].push_back(decision);
      }
      continue;
    }
    if (event.kind != "decided" && event.kind != "revised") continue;
    auto decision = record::parse_decision(event);
    if (!decision) {
      ADD_FAILURE() << decision.error().message;
    } else if (event.kind == "decided") {
      decisions[*event.part].push_back(*decision);
    } else {
      decisions[*event.part].back() = *decision;
    }
  }
  return decisions;
}

// What nobody can know of a count that ended, or began, before the record held it: how far the old one went on, and
// which first numbers of the new one had no trigger. The event bounds the former and names where the latter begins.
static std::vector<record::NumberRange> unknowable_at_new_counts(const SimulatedLine& line) {
  constexpr PartNumber kLostTriggersToo = 100, kLostOfNewCount = 4;
  std::vector<record::NumberRange> unknowable;
  for (const record::Event& event : line.events()) {
    if (event.kind != "numbering_restarted") continue;
    const auto payload = nlohmann::json::parse(event.payload);
    const PartNumber last = payload["last_of_old_count"];
    unknowable.push_back({last + 1, last + kLostTriggersToo});
    if (event.part) unknowable.push_back({*event.part - kLostOfNewCount + 1, *event.part});
  }
  return unknowable;
}

// The gate passes nothing but what is recorded as `pass`; what it diverted in spite of that is named, or bounded.
static void check_gate(const SimulatedLine& line, const std::map<PartNumber, std::vector<Decision>>& decisions) {
  std::set<PartNumber> named;
  std::vector<record::NumberRange> bounded;
  for (const record::Event& event : line.events()) {
    if (event.part && (event.kind == "output_unknown" || event.kind == "output_resolved")) named.insert(*event.part);
    if (event.kind != "gate_differs") continue;
    const auto payload = nlohmann::json::parse(event.payload);
    if (payload.contains("within")) bounded.push_back({payload["within"]["first"], payload["within"]["last"]});
    for (const PartNumber part : payload.value("parts", std::vector<PartNumber>{})) named.insert(part);
  }
  for (const auto& [part, passed] : line.gated()) {
    const auto made = decisions.find(part);
    const bool recorded = made != decisions.end() && made->second.back().outcome == Outcome::pass;
    const bool told = named.contains(part) || std::any_of(bounded.begin(), bounded.end(),
                                                          [&](const auto& range) { return holds(range, part); });
    EXPECT_TRUE(recorded || !passed || (told && line.gate_is_broken()))
        << "the gate passed part " << part << ", which is not recorded as pass";
    EXPECT_TRUE(passed || !recorded || told) << "the gate diverted part " << part << ", and nothing says so";
  }
}

void check_invariants(const SimulatedLine& line) {
  for (const std::string& violation : line.violations()) ADD_FAILURE() << violation;
  const auto verification = line.verify_record();
  ASSERT_TRUE(verification);
  EXPECT_FALSE(verification->broken_sequence) << verification->problem;
  const auto decisions = decisions_by_part(line);
  const auto unknowable = unknowable_at_new_counts(line);
  for (const auto& [part, when] : line.triggered_at_ms()) {
    const bool exempt =
        std::any_of(unknowable.begin(), unknowable.end(), [&](const auto& range) { return holds(range, part); });
    EXPECT_TRUE(exempt || decisions.contains(part)) << "part " << part << " has no decision";
  }
  std::set<PartNumber> unknown;
  for (const record::Event& event : line.events()) {
    if (event.kind == "output_unknown") unknown.insert(*event.part);
  }
  std::uint64_t passed = 0;
  for (const auto& [part, made] : decisions) {
    EXPECT_EQ(made.size(), 1u) << "part " << part << " was decided more than once";
    const bool in_time = line.was_frozen() || made.back().trigger_to_decision_ms <= line.deadline_ms();
    EXPECT_TRUE(in_time) << "part " << part << " was decided late";
    passed += made.back().outcome == Outcome::pass;
    const auto seen = line.seen().find(part);
    if (seen == line.seen().end()) continue;
    // Killed between a too late write and its `revised`, the record says pass where the PLC was told divert: then it
    // also says that the output is unknown. The other way round never.
    const bool same = seen->second.result.outcome == made.back().outcome;
    const bool said_unknown = unknown.contains(part) && made.back().outcome == Outcome::pass && line.starts() > 1;
    EXPECT_TRUE(same || said_unknown) << "part " << part << ": PLC and record differ";
    const bool same_reason = seen->second.result.reason == made.back().reason;
    EXPECT_TRUE(same_reason || line.starts() > 1) << "part " << part << ": PLC and record give different reasons";
  }
  check_gate(line, decisions);
  if (line.starts() == 1) {
    EXPECT_EQ(line.counters().parts(), decisions.size());
    EXPECT_EQ(line.counters().passed, passed);
  }
}

}  // namespace lineguard::station::test
