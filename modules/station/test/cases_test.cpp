// Runs every tests/station/*.case, and checks what must hold whatever the case.
#include "case_script.h"
#include "line_invariants.h"
#include "simulated_line.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace lineguard::station::test {
namespace {

constexpr int kSettleMs = 400;  // the line runs on after the last command

const std::filesystem::path kFolder = LINEGUARD_SOURCE_DIR "/tests/station";

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".case") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string describe(const Decision& decision) {
  return std::string(to_string(decision.outcome)) + " " + std::string(to_string(decision.reason));
}

// What the record's effective decision says of the picture that was to be kept, and the keeper was told.
std::string kept_of(PartNumber part, const SimulatedLine& line) {
  std::string found = "no decision";
  for (const record::Event& event : line.events()) {
    const bool decided = is(event, record::EventKind::decided) || is(event, record::EventKind::revised);
    if (event.part != part || !decided) continue;
    const auto recorded = record::parse_recorded_decision(event);
    const auto& kept = recorded->context.kept;
    found = kept ? std::string(to_string(kept->because)) : "not";
    if (kept && std::ranges::find(line.kept(), *kept) == line.kept().end()) found += ", but nobody was told";
  }
  return found;
}

// "1 pass good", "2 divert busy" in record and PLC; "3 unseen"; "counter late_answers 1"; "events actuated 2"
void check_expectation(const std::string& text, const SimulatedLine& line) {
  std::istringstream words(text);
  std::string first, second, rest;
  words >> first >> second;
  std::getline(words >> std::ws, rest);
  if (first == "counter") {
    EXPECT_EQ(line.counter(second), rest) << text;
  } else if (first == "events") {
    const auto events = line.events();
    const auto found =
        std::count_if(events.begin(), events.end(), [&](const auto& event) { return event.kind == second; });
    EXPECT_EQ(std::to_string(found), rest) << text;
  } else if (first == "text") {
    const auto events = line.events();
    const bool found = std::any_of(events.begin(), events.end(), [&](const auto& event) {
      return event.kind == second && event.payload.find(rest) != std::string::npos;
    });
    EXPECT_TRUE(found) << text;
  } else if (first == "kept") {
    EXPECT_EQ(kept_of(static_cast<PartNumber>(std::stoul(second)), line), rest) << text;
  } else if (first == "alarm") {
    EXPECT_NE(line.alarm().find(text.substr(6)), std::string::npos) << text << ": " << line.alarm();
  } else if (second == "unseen") {
    EXPECT_FALSE(line.seen().contains(static_cast<PartNumber>(std::stoul(first)))) << text;
  } else {
    const auto part = static_cast<PartNumber>(std::stoul(first));
    const auto decisions = decisions_by_part(line);
    ASSERT_TRUE(decisions.contains(part)) << "no decision: " << text;
    EXPECT_EQ(describe(decisions.at(part).front()), second + " " + rest) << text;
  }
}

class Cases : public testing::TestWithParam<std::string> {};

TEST_P(Cases, DecideAsWritten) {
  const auto file = kFolder / (GetParam() + ".case");
  auto script = read_case(file);
  ASSERT_TRUE(script) << script.error().message;
  SimulatedLine line;
  std::size_t next = 0;
  for (int ms = 0; ms <= script->end_ms + kSettleMs; ++ms) {
    for (; next < script->timeline.size() && script->timeline[next].at_ms <= ms; ++next) {
      auto done = line.command(script->timeline[next].text);
      ASSERT_TRUE(done) << GetParam() << ".case:" << script->timeline[next].number << ": " << done.error().message;
    }
    line.step();
  }
  for (const CaseLine& expected : script->expected) {
    SCOPED_TRACE(GetParam() + ".case:" + std::to_string(expected.number));
    check_expectation(expected.text, line);
  }
  check_invariants(line);
}

INSTANTIATE_TEST_SUITE_P(Station, Cases, testing::ValuesIn(case_names()), [](const auto& one) { return one.param; });

}  // namespace
}  // namespace lineguard::station::test
