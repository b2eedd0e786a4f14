// The demo's choice of pictures, and its closing table: whatever differs between PLC and record is told.
#include "demo/closing_table.h"
#include "demo/pictures.h"
#include "temp_folder.h"

#include <algorithm>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>

namespace lineguard::app {
namespace {

DemoPictures read_labels(const std::string& text) {
  const test::TempFolder folder;
  EXPECT_TRUE(write_file_atomically(folder / "labels.csv", text));
  auto pictures = read_demo_pictures(folder.path(), 2);
  EXPECT_TRUE(pictures) << pictures.error().message;
  return std::move(pictures).value();
}

constexpr const char* kLabels =
    "images/a.png  0.0                 mono\nimages/b.png  1.0                 mono\n"
    "images/c.png  0.3333333333333333  mono\nimages/d.png  0.0                 poly\n"
    "images/e.png  0.0                 mono\nimages/f.png  0.0                 mono\nimages/g.png  0.0 mono\n";

TEST(DemoPictures, SureMonoCellsAreTakenAndNoneIsBothLearnedFromAndHeldBack) {
  const DemoPictures pictures = read_labels(kLabels);
  EXPECT_EQ(pictures.training.size(), 2u);
  EXPECT_EQ(pictures.held_back.size(), 3u);
  EXPECT_EQ(pictures.left_out, 2u);
  for (const Cell& cell : pictures.training) {
    EXPECT_FALSE(cell.defective);
    EXPECT_EQ(std::ranges::count(pictures.held_back, cell), 0);
  }
}

TEST(DemoPictures, ABadLineIsNamed) {
  const test::TempFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "labels.csv", "images/a.png 0.0 mono\nimages/b.png often mono\n"));
  const auto pictures = read_demo_pictures(folder.path());
  ASSERT_FALSE(pictures);
  EXPECT_NE(pictures.error().message.find("labels.csv, line 2"), std::string::npos) << pictures.error().message;
}

TEST(DemoPictures, AQuarterOfTheLinesPartsIsDefectiveAndTheChoiceIsAlwaysTheSame) {
  std::vector<Cell> cells;
  for (int i = 0; i < 40; ++i) cells.push_back({"cell" + std::to_string(i), i % 2 == 0});
  const auto parts = choose_parts(cells, 20);
  EXPECT_EQ(std::ranges::count_if(parts, &Cell::defective), 5);
  EXPECT_EQ(parts, choose_parts(cells, 20));
}

// Three parts: a good one passed, a defective one diverted, a good one whose trigger was lost.
struct Line {
  std::vector<GateLine> gate{
      {1, true, true, "good", ""}, {2, false, true, "defective", ""}, {3, false, true, "sequence lost", "lost"}};
  RecordedParts recorded;
  StationCounts counts{1, 2};
  std::vector<Cell> truth{{"a", false}, {"b", true}, {"c", false}};
  Line() {
    decide(1, Outcome::pass, Reason::good);
    decide(2, Outcome::divert, Reason::defective);
    decide(3, Outcome::divert, Reason::sequence_lost);
  }
  void decide(PartNumber part, Outcome outcome, Reason reason) {
    Decision& decision = recorded.decisions[part];
    decision.part_number = part;
    decision.outcome = outcome;
    decision.reason = reason;
    recorded.decided_events[part] = 1;
  }
  std::vector<std::string> differences() const { return find_differences(3, gate, recorded, counts); }
};

TEST(ClosingTable, EqualAccountsHaveNoDifference) {
  EXPECT_TRUE(Line().differences().empty());
}

TEST(ClosingTable, EveryKindOfDifferenceIsTold) {
  const auto told = [](auto change) {
    Line line;
    change(line);
    const auto differences = line.differences();
    return differences.empty() ? std::string("nothing") : differences.front();
  };
  EXPECT_EQ(told([](Line& line) { line.decide(1, Outcome::divert, Reason::late); }),
            "part 1: the record says divert (late), the PLC did pass");
  EXPECT_EQ(told([](Line& line) { line.decide(2, Outcome::divert, Reason::unknown); }),
            "part 2: the record's reason is unknown, the PLC got defective");
  EXPECT_EQ(told([](Line& line) { line.recorded.decisions.erase(2); }), "part 2: at the gate, but not in the record");
  EXPECT_EQ(told([](Line& line) { line.recorded.decided_events[2] = 2; }), "part 2: decided 2 times");
  EXPECT_EQ(told([](Line& line) { line.decide(4, Outcome::divert, Reason::late); }),
            "part 4: in the record, but not at the gate");
  EXPECT_EQ(told([](Line& line) { line.counts.passed = 2; }),
            "the station counts 2 passed and 2 diverted, the PLC 1 and 2");
  EXPECT_EQ(told([](Line& line) { line.gate.push_back(line.gate[1]); }), "part 2: twice in the PLC's log");
  EXPECT_EQ(told([](Line& line) { line.gate.erase(line.gate.begin() + 1); }), "part 2: not in the PLC's log");
}

TEST(ClosingTable, MissesAndOverkillAreAgainstTheTruth) {
  Line line;
  line.truth[0].defective = true;
  const LineFigures figures = figures_of(line.gate, line.recorded, line.truth);
  EXPECT_EQ(figures.misses, 1u);
  EXPECT_EQ(figures.overkill, 1u);
  EXPECT_EQ(figures.diverted_by_reason.at("sequence lost").good, 1u);
  EXPECT_EQ(figures.decision_ms.size(), 2u) << "the lost trigger has no time";
}

}  // namespace
}  // namespace lineguard::app
