#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <lineguard/evaluation/compare.h>

namespace lineguard::evaluation {
namespace {

// 20 good and 20 defective pictures; the first `missed` defective ones are called good.
Evaluation evaluation_of(std::size_t missed) {
  Evaluation evaluation;
  for (std::size_t i = 0; i < 40; ++i) {
    Row row;
    row.sample = i;
    row.part = row.image = std::to_string(i);
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
  EXPECT_TRUE(reasons_against_b(*comparison).empty());
  EXPECT_NE(to_json(*comparison).find("lineguard.compare/2"), std::string::npos);
}

TEST(Compare, AModelIsNoBetterThanItself) {
  const auto comparison = compare(evaluation_of(3), evaluation_of(3));
  ASSERT_TRUE(comparison);
  EXPECT_TRUE(comparison->changed.empty());
  EXPECT_EQ(comparison->verdict, Verdict::not_told_apart);
  EXPECT_NE(comparison->verdict_in_words.find("do not tell"), std::string::npos);
  EXPECT_TRUE(reasons_against_b(*comparison).empty());
}

TEST(Compare, PicturesThatOneCouldNotPredictAreLeftOut) {
  Evaluation a = evaluation_of(0), b = evaluation_of(0);
  for (Row& row : b.rows) row.error = Error{ErrorCode::corrupt_data, "broken"};
  EXPECT_EQ(compare(a, b).error().code, ErrorCode::refused);
  b.rows[5].error.reset();
  EXPECT_EQ(compare(a, b)->n_good, 1u);
}

// B needs what the defective pictures lack: no figure sees that, so the failures themselves have to.
TEST(Compare, FailuresOfTheNewModelSpeakAgainstIt) {
  Evaluation a = evaluation_of(0), b = evaluation_of(0);
  const Error error{ErrorCode::no_template, "no twin"};
  a.rows[0].error = b.rows[0].error = error;
  a.rows[1].error = error;
  EXPECT_TRUE(reasons_against_b(*compare(a, b)).empty());
  for (std::size_t i = 20; i < 40; ++i) b.rows[i].error = error;
  const auto comparison = compare(a, b);
  ASSERT_TRUE(comparison);
  EXPECT_EQ(comparison->verdict, Verdict::not_told_apart);
  EXPECT_EQ(comparison->failures.both, 1u);
  EXPECT_EQ(comparison->failures.only_a, 1u);
  EXPECT_EQ(comparison->failures.only_b, 20u);
  EXPECT_EQ(comparison->miss.a.left_out, 20u);
  EXPECT_EQ(reasons_against_b(*comparison),
            (std::vector<std::string>{"B failed on pictures that A predicted: 20", "nothing shows the miss rate"}));
  const std::string text = to_text(*comparison);
  EXPECT_NE(text.find("22 pictures could not be read or predicted: 1 by both, 1 by A alone, 20 by B alone"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("miss rate    unknown: no defective part of which every picture was predicted"),
            std::string::npos)
      << text;
  EXPECT_NE(comparison->verdict_in_words.find("Unknown: miss rate."), std::string::npos);
  const auto json = nlohmann::json::parse(to_json(*comparison));
  EXPECT_EQ(json["failures"]["only_b"], 20);
  EXPECT_EQ(json["failures"]["pictures"][2]["b"]["message"], "no twin");
  EXPECT_FALSE(json["failures"]["pictures"][2].contains("a"));
  EXPECT_TRUE(json["miss"].is_null());
}

TEST(Compare, DifferencesHaveOneUnitAndSayTheirMethod) {
  const auto comparison = compare(evaluation_of(0), evaluation_of(8));
  const std::string text = to_text(*comparison);
  EXPECT_NE(text.find("difference +40.00 percentage points (95 % interval"), std::string::npos) << text;
  EXPECT_EQ(text.find("+40.00 %"), std::string::npos);
  EXPECT_NE(text.find("bootstrap over parts"), std::string::npos);
  // Two that separate perfectly: no resample would differ.
  const auto perfect = compare(evaluation_of(0), evaluation_of(0));
  EXPECT_NE(to_text(*perfect).find("Newcombe"), std::string::npos);
  EXPECT_EQ(to_text(*perfect).find("bootstrap"), std::string::npos);
  const auto json = nlohmann::json::parse(to_json(*perfect));
  EXPECT_EQ(json["image_auroc"]["method"], "the width of Newcombe's score interval of a perfect order, on either side");
}

// Five parts missed by the new model alone, none by the old: the interval leaves out 0, the exact test has p = 0.0625.
TEST(Compare, AnIntervalAloneShowsNothing) {
  const auto comparison = compare(evaluation_of(0), evaluation_of(5));
  const Difference* miss = find_difference(*comparison, kMissRate);
  ASSERT_TRUE(miss);
  EXPECT_GT(miss->interval.low, 0);
  EXPECT_FALSE(miss->told_apart);
  EXPECT_EQ(comparison->verdict, Verdict::not_told_apart) << comparison->verdict_in_words;
  EXPECT_NE(comparison->verdict_in_words.find("p = 0.0625 by McNemar's test"), std::string::npos)
      << comparison->verdict_in_words;
  EXPECT_TRUE(reasons_against_b(*comparison).empty());
}

TEST(Compare, SaysByWhichFigureTheNewOneIsWorse) {
  const auto comparison = compare(evaluation_of(0), evaluation_of(8));
  ASSERT_TRUE(comparison);
  EXPECT_EQ(comparison->verdict, Verdict::worse);
  EXPECT_NE(comparison->verdict_in_words.find("B is worse than A: the miss rate differs by +40.00"), std::string::npos);
  EXPECT_FALSE(reasons_against_b(*comparison).empty());
}

TEST(Compare, OneMissMoreIsNotSurelyWorse) {
  EXPECT_TRUE(reasons_against_b(*compare(evaluation_of(3), evaluation_of(4))).empty());
}

TEST(Compare, FewerMissesForMoreOverkillIsATrade) {
  Evaluation b = evaluation_of(0);
  for (std::size_t i = 0; i < 10; ++i) b.rows[i].label = Label::defective;
  const auto comparison = compare(evaluation_of(8), b);
  EXPECT_EQ(comparison->verdict, Verdict::mixed);
  EXPECT_FALSE(reasons_against_b(*comparison).empty());
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
