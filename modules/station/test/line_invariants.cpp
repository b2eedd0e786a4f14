#include "line_invariants.h"

#include <set>

#include <gtest/gtest.h>

#include <lineguard/record/decision_json.h>

namespace lineguard::station::test {

std::map<PartNumber, std::vector<Decision>> decisions_by_part(const SimulatedLine& line) {
  std::map<PartNumber, std::vector<Decision>> decisions;
  for (const record::Event& event : line.events()) {
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

void check_invariants(const SimulatedLine& line) {
  for (const std::string& violation : line.violations()) ADD_FAILURE() << violation;
  const auto verification = line.verify_record();
  ASSERT_TRUE(verification);
  EXPECT_FALSE(verification->broken_sequence) << verification->problem;
  const auto decisions = decisions_by_part(line);
  for (const auto& [part, when] : line.triggered_at_ms()) {
    EXPECT_TRUE(decisions.contains(part)) << "part " << part << " has no decision";
  }
  std::set<PartNumber> unknown;
  for (const record::Event& event : line.events()) {
    if (event.kind == "output_unknown") unknown.insert(*event.part);
  }
  std::uint64_t passed = 0;
  for (const auto& [part, made] : decisions) {
    EXPECT_EQ(made.size(), 1u) << "part " << part << " was decided more than once";
    EXPECT_LE(made.back().trigger_to_decision_ms, line.deadline_ms()) << "part " << part << " was decided late";
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
  if (line.starts() == 1) {
    EXPECT_EQ(line.counters().parts(), decisions.size());
    EXPECT_EQ(line.counters().passed, passed);
  }
}

}  // namespace lineguard::station::test
