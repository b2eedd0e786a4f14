#include <gtest/gtest.h>

#include <lineguard/evaluation/compare.h>

namespace lineguard::evaluation {
namespace {

// 20 good and 20 defective pictures; the first `missed` defective ones are called good.
Evaluation evaluation_of(std::size_t missed) {
  Evaluation evaluation;
  for (std::size_t i = 0; i < 40; ++i) {
    Row row;
    row.sample = i;
    row.part = std::to_string(i);
    row.truth = i < 20 ? Label::good : Label::defective;
    const bool low = i < 20 || i < 20 + missed;
    row.score = (low ? 0.0 : 10.0) + static_cast<double>(i % 20) * 0.1;
    row.label = low ? Label::good : Label::defective;
    evaluation.rows.push_back(row);
  }
  return evaluation;
}

TEST(Compare, SaysHowManyOnlyOneModelMisses) {
  const auto comparison = compare(evaluation_of(8), evaluation_of(0));
  ASSERT_TRUE(comparison);
  EXPECT_EQ(comparison->miss.discordant.only_a, 8u);
  EXPECT_EQ(comparison->miss.discordant.only_b, 0u);
  EXPECT_EQ(comparison->overkill.discordant.n, 20u);
  EXPECT_EQ(comparison->changed.size(), 8u);
  EXPECT_TRUE(comparison->changed[0].better_in_b);
  EXPECT_GT(comparison->auroc->interval.low, 0);
  EXPECT_EQ(comparison->verdict, Verdict::better);
  EXPECT_NE(comparison->verdict_in_words.find("B is better than A: the miss rate differs by -40.00"),
            std::string::npos);
  EXPECT_FALSE(surely_worse(*comparison));
  EXPECT_NE(to_json(*comparison).find("lineguard.compare/2"), std::string::npos);
}

TEST(Compare, AModelIsNoBetterThanItself) {
  const auto comparison = compare(evaluation_of(3), evaluation_of(3));
  ASSERT_TRUE(comparison);
  EXPECT_TRUE(comparison->changed.empty());
  EXPECT_EQ(comparison->verdict, Verdict::not_told_apart);
  EXPECT_NE(comparison->verdict_in_words.find("do not tell"), std::string::npos);
  EXPECT_FALSE(surely_worse(*comparison));
}

TEST(Compare, PicturesThatOneCouldNotPredictAreLeftOut) {
  Evaluation a = evaluation_of(0), b = evaluation_of(0);
  for (Row& row : b.rows) row.error = Error{ErrorCode::corrupt_data, "broken"};
  EXPECT_EQ(compare(a, b).error().code, ErrorCode::refused);
  b.rows[5].error.reset();
  EXPECT_EQ(compare(a, b)->n_good, 1u);
}

TEST(Compare, SaysByWhichFigureTheNewOneIsWorse) {
  const auto comparison = compare(evaluation_of(0), evaluation_of(8));
  ASSERT_TRUE(comparison);
  EXPECT_EQ(comparison->verdict, Verdict::worse);
  EXPECT_NE(comparison->verdict_in_words.find("B is worse than A: the miss rate differs by +40.00"), std::string::npos);
  EXPECT_TRUE(surely_worse(*comparison));
}

TEST(Compare, OneMissMoreIsNotSurelyWorse) {
  EXPECT_FALSE(surely_worse(*compare(evaluation_of(3), evaluation_of(4))));
}

TEST(Compare, FewerMissesForMoreOverkillIsATrade) {
  Evaluation b = evaluation_of(0);
  for (std::size_t i = 0; i < 10; ++i) b.rows[i].label = Label::defective;
  const auto comparison = compare(evaluation_of(8), b);
  EXPECT_EQ(comparison->verdict, Verdict::mixed);
  EXPECT_TRUE(surely_worse(*comparison));
}

TEST(Compare, WorstChangesComeFirst) {
  // B misses 20 and 21, and finds 22, which A misses; 20 is farther from the threshold.
  Evaluation a = evaluation_of(0), b = evaluation_of(0);
  a.model.threshold = b.model.threshold = 5;
  const auto miss = [](Row& row, double score) {
    row.label = Label::good;
    row.score = score;
  };
  miss(b.rows[21], 4.5);
  miss(b.rows[20], 1);
  miss(a.rows[22], 0);
  const auto comparison = compare(a, b);
  ASSERT_EQ(comparison->changed.size(), 3u);
  EXPECT_EQ(comparison->changed[0].row_b, 20u);
  EXPECT_EQ(comparison->changed[1].row_b, 21u);
  EXPECT_TRUE(comparison->changed[2].better_in_b);
}

}  // namespace
}  // namespace lineguard::evaluation
