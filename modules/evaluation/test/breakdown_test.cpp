#include "breakdown.h"

#include <gtest/gtest.h>

namespace lineguard::evaluation {
namespace {

Row row_of(Label truth, Label label, double brightness, const std::string& class_name = "good") {
  Row row;
  row.truth = truth;
  row.label = label;
  row.class_name = class_name;
  row.properties.brightness = brightness;
  return row;
}

const GroupFigures* find(const std::vector<GroupFigures>& groups, const std::string& property, std::size_t number) {
  for (const GroupFigures& group : groups) {
    if (group.property == property && number-- == 0) return &group;
  }
  return nullptr;
}

TEST(Breakdown, DarkPicturesThatAreMissedStandOut) {
  std::vector<Row> rows;
  for (int i = 0; i < 30; ++i)
    rows.push_back(row_of(Label::defective, i < 10 ? Label::good : Label::defective, i, "crack"));
  const auto groups = group_figures(rows, 0.95);
  const auto *dark = find(groups, "brightness", 0), *bright = find(groups, "brightness", 2);
  ASSERT_TRUE(dark && bright);
  EXPECT_EQ(dark->group, "0 to 9");
  EXPECT_EQ(dark->miss.count.events, 10u);
  EXPECT_EQ(bright->miss.count.events, 0u);
  EXPECT_EQ(bright->miss.count.n, 10u);
  EXPECT_FALSE(find(groups, "view", 0));      // the same everywhere
  EXPECT_FALSE(find(groups, "contrast", 0));  // likewise
}

TEST(Breakdown, LotsAreGroupsOfTheirOwn) {
  std::vector<Row> rows{row_of(Label::good, Label::good, 1), row_of(Label::good, Label::defective, 1)};
  rows[0].lot = "monday";
  rows[1].lot = "tuesday";
  const auto groups = group_figures(rows, 0.95);
  ASSERT_TRUE(find(groups, "lot", 1));
  EXPECT_EQ(find(groups, "lot", 1)->group, "tuesday");
  EXPECT_EQ(find(groups, "lot", 1)->overkill.count.events, 1u);
}

// One view of a defective part may look good: the part stays defective in that view's group, too.
TEST(Breakdown, APartIsWhatAllItsPicturesMakeIt) {
  std::vector<Row> rows;
  for (int i = 0; i < 3; ++i) {
    rows.push_back(row_of(Label::defective, Label::defective, 1, "crack"));
    rows.push_back(row_of(Label::good, Label::defective, 1));
    rows[rows.size() - 2].part = rows.back().part = "part " + std::to_string(i);
    rows[rows.size() - 2].view = "above";
    rows.back().view = "below";
  }
  rows.push_back(row_of(Label::good, Label::good, 1));
  rows.back().part = "a good one";
  rows.back().view = "below";
  const auto groups = group_figures(rows, 0.95);
  const auto* below = find(groups, "view", 1);
  ASSERT_TRUE(below);
  EXPECT_EQ(below->overkill.count.n, 1u);
  EXPECT_EQ(below->overkill.count.events, 0u);
  EXPECT_EQ(below->miss.count.n, 3u);
}

TEST(Breakdown, APartWithAPictureThatFailedIsLeftOutOfItsGroup) {
  std::vector<Row> rows;
  for (int i = 0; i < 4; ++i) {
    rows.push_back(row_of(Label::defective, Label::good, 1, "crack"));
    rows.back().part = "part " + std::to_string(i / 2);
    rows.back().lot = i < 2 ? "monday" : "tuesday";
  }
  rows[1].error = Error{ErrorCode::corrupt_data, "cut off"};
  const auto groups = group_figures(rows, 0.95);
  const auto *monday = find(groups, "lot", 0), *tuesday = find(groups, "lot", 1);
  ASSERT_TRUE(monday && tuesday);
  EXPECT_EQ(monday->miss.count.n, 0u);
  EXPECT_EQ(monday->miss.left_out, 1u);
  EXPECT_EQ(tuesday->miss.count.n, 1u);
}

TEST(Breakdown, ConfusionTellsWhatWasTakenForWhat) {
  std::vector<Row> rows{row_of(Label::good, Label::good, 1), row_of(Label::defective, Label::defective, 1, "crack"),
                        row_of(Label::defective, Label::defective, 1, "crack"),
                        row_of(Label::defective, Label::good, 1, "crack")};
  rows[1].predicted_class = "blowhole";
  rows[3].predicted_class = "crack";  // too weak to count: it was called good
  const auto confusion = confusion_of(rows);
  ASSERT_EQ(confusion.size(), 2u);
  EXPECT_EQ(confusion[0].class_name, "good");
  EXPECT_EQ(confusion[1].said, (std::map<std::string, std::size_t>{{"blowhole", 1}, {"defective", 1}, {"good", 1}}));
}

}  // namespace
}  // namespace lineguard::evaluation
