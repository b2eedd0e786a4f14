#include "figures.h"

#include <gtest/gtest.h>

#include <lineguard/acceptance/parts.h>
#include <lineguard/evaluation/compare.h>
#include <lineguard/evaluation/output.h>

namespace lineguard::evaluation {
namespace {

Row row_of(std::size_t sample, const std::string& part, Label truth, double score) {
  Row row;
  row.sample = sample;
  row.image = "picture " + std::to_string(sample);
  row.part = part;
  row.truth = truth;
  row.class_name = truth == Label::good ? "good" : "crack";
  row.score = score;
  row.label = score > 1 ? Label::defective : Label::good;
  return row;
}

// Parts of three pictures each: 20 good ones, whose last picture shows something in `overkill` of them, and 20
// defective ones, whose defect shows in the middle picture alone and not at all in `missed` of them.
Evaluation three_views(std::size_t overkill, std::size_t missed) {
  Evaluation evaluation;
  for (std::size_t i = 0; i < 120; ++i) {
    const std::size_t part = i / 3, view = i % 3;
    const bool good = part < 20;
    const bool high = good ? part < overkill && view == 2 : part - 20 >= missed && view == 1;
    evaluation.rows.push_back(row_of(i, "part " + std::to_string(part), good ? Label::good : Label::defective,
                                     (high ? 2 : 0) + 0.001 * static_cast<double>(i)));
  }
  fill_figures(evaluation, {});
  return evaluation;
}

TEST(Parts, RatesCountPartsWherePartsHaveSeveralPictures) {
  const Evaluation evaluation = three_views(5, 2);
  EXPECT_EQ(evaluation.n_good, 60u);
  EXPECT_EQ(evaluation.overkill.count.n, 20u);
  EXPECT_EQ(evaluation.overkill.count.events, 5u);
  EXPECT_EQ(evaluation.overkill.pictures, 60u);
  EXPECT_EQ(evaluation.overkill.interval, stats::exact_interval({5, 20}));
  EXPECT_EQ(evaluation.miss.count.events, 2u);
  EXPECT_EQ(evaluation.miss.count.n, 20u);
  EXPECT_TRUE(evaluation.counts_parts);
  ASSERT_EQ(evaluation.classes.size(), 1u);
  EXPECT_EQ(evaluation.classes[0].miss.count.n, 20u);
  EXPECT_EQ(unit_of(evaluation.miss), "part");
}

TEST(Parts, APartOfOnePictureIsThatPicture) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < 30; ++i)
    rows.push_back(row_of(i, std::to_string(i), i % 2 ? Label::good : Label::defective, i % 3 ? 0 : 2));
  Evaluation evaluation;
  evaluation.rows = rows;
  fill_figures(evaluation, {});
  EXPECT_EQ(evaluation.overkill.count.n, evaluation.n_good);
  EXPECT_EQ(evaluation.overkill.count.events, 5u);
  EXPECT_EQ(evaluation.miss.count.events, 10u);
  EXPECT_FALSE(evaluation.counts_parts);
  EXPECT_EQ(unit_of(evaluation.miss), "picture");
}

TEST(Parts, ADefectInOnePictureMakesThePartDefective) {
  // Its good side is diverted: that is no overkill, for the part is defective; and no miss, for it is diverted.
  const std::vector<Row> rows{row_of(0, "p", Label::good, 2), row_of(1, "p", Label::defective, 0)};
  const auto parts = parts_of(rows);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].truth, Label::defective);
  EXPECT_EQ(parts[0].score, 2);
  EXPECT_EQ(rate_of(parts, Label::defective, 0.95).count.events, 0u);
  EXPECT_EQ(rate_of(parts, Label::good, 0.95).count.n, 0u);
}

TEST(Parts, APartWithAPictureThatFailedIsInNoRate) {
  std::vector<Row> rows{row_of(0, "p", Label::defective, 0), row_of(1, "p", Label::defective, 2),
                        row_of(2, "q", Label::defective, 2), row_of(3, "q", Label::unknown, 0)};
  rows[1].error = Error{ErrorCode::corrupt_data, "broken"};
  rows[3].error = rows[1].error;  // not labelled: it says nothing of q
  const auto parts = parts_of(rows);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].name, "q");
}

TEST(Parts, RowsWithoutAPartStandForThemselves) {
  EXPECT_EQ(parts_of(std::vector{row_of(0, "", Label::good, 0), row_of(0, "", Label::good, 0)}).size(), 2u);
}

TEST(Parts, ComparisonPairsParts) {
  // B finds 6 parts more, each in one of three pictures; A and B disagree on 6 of 20 parts, not of 60 pictures.
  const auto comparison = compare(three_views(0, 8), three_views(0, 2));
  ASSERT_TRUE(comparison);
  EXPECT_EQ(comparison->n_defective, 60u);
  EXPECT_EQ(comparison->miss.discordant.n, 20u);
  EXPECT_EQ(comparison->miss.discordant.only_a, 6u);
  EXPECT_EQ(comparison->miss.a.interval, stats::exact_interval({8, 20}));
  EXPECT_NE(to_text(*comparison).find("of 20 parts"), std::string::npos);
}

TEST(Parts, ComparisonLeavesOutPartsThatOneModelFailedOn) {
  Evaluation b = three_views(0, 0);
  b.rows[60].error = Error{ErrorCode::corrupt_data, "broken"};
  EXPECT_EQ(compare(three_views(0, 0), b)->miss.discordant.n, 19u);
}

TEST(Parts, APictureThatAnotherViewMakesUpForHasNotChanged) {
  // Both find the part; A in its second view, B in its third.
  const auto part = [](double second, double third) {
    Evaluation evaluation;
    evaluation.rows = {row_of(0, "p", Label::defective, 0), row_of(1, "p", Label::defective, second),
                       row_of(2, "p", Label::defective, third), row_of(3, "q", Label::good, 0)};
    return evaluation;
  };
  EXPECT_TRUE(compare(part(2, 0), part(0, 2))->changed.empty());
  // B misses the part: of its pictures the one shows it that A diverts.
  const auto comparison = compare(part(2, 0), part(0, 0));
  ASSERT_EQ(comparison->changed.size(), 1u);
  EXPECT_EQ(comparison->changed[0].row_b, 1u);
  EXPECT_FALSE(comparison->changed[0].better_in_b);
}

TEST(Parts, PartsThatAFailureLeavesOutAreCountedAndSaid) {
  // Each defective part has a picture that could not be read.
  Evaluation evaluation = three_views(0, 0);
  for (std::size_t i = 60; i < 120; i += 3) evaluation.rows[i].error = Error{ErrorCode::corrupt_data, "broken"};
  Evaluation again;
  again.rows = evaluation.rows;
  fill_figures(again, {});
  EXPECT_EQ(again.n_defective, 40u);
  EXPECT_EQ(again.miss.count.n, 0u);
  EXPECT_EQ(again.miss.left_out, 20u);
  const std::string text = to_text(again);
  EXPECT_EQ(text.find("no defective pictures"), std::string::npos) << text;
  EXPECT_NE(text.find("no defective part of which every picture was predicted"), std::string::npos) << text;
  EXPECT_NE(text.find("of 20 parts, 20 could not be read or predicted, which leaves out 20 parts"), std::string::npos)
      << text;
  EXPECT_NE(text.find("Their parts, 0 good and 20 defective, are in no rate"), std::string::npos) << text;
}

TEST(Parts, APictureOfSeveralClassesCountsUnderEach) {
  Evaluation evaluation;
  evaluation.rows = {row_of(0, "p", Label::defective, 0), row_of(1, "q", Label::defective, 2)};
  evaluation.rows[0].class_name = "several";
  evaluation.rows[0].classes = {"crack", "stain"};
  fill_figures(evaluation, {});
  ASSERT_EQ(evaluation.classes.size(), 2u);
  EXPECT_EQ(evaluation.classes[0].class_name, "crack");
  EXPECT_EQ(evaluation.classes[0].miss.count.events, 1u);
  EXPECT_EQ(evaluation.classes[0].miss.count.n, 2u);
  EXPECT_EQ(evaluation.classes[1].class_name, "stain");
  EXPECT_EQ(evaluation.classes[1].miss.count.events, 1u);
  EXPECT_EQ(evaluation.classes[1].miss.count.n, 1u);
}

}  // namespace
}  // namespace lineguard::evaluation
