// Figures in words, and the threshold that is chosen for misses.
#include "words.h"

#include "gallery.h"

#include <gtest/gtest.h>

namespace lineguard::evaluation {
namespace {

TEST(Words, WhatIsNotOneNeverReadsOne) {
  EXPECT_EQ(figure(0.9514), "0.951");
  EXPECT_EQ(figure(1), "1.000");
  EXPECT_EQ(figure(0), "0.000");
  EXPECT_EQ(figure(0.99968), "0.9997");
  EXPECT_EQ(figure(0.0004), "0.0004");
}

TEST(Words, NamesAreShownWithoutTheFolderThatAllLieIn) {
  std::vector<Row> rows(3);
  rows[0].image = "/data/cells/a/1.png";
  rows[1].image = "/data/cells/b/2.png";
  rows[2].image = "beside/3.png";
  EXPECT_EQ(common_folder(rows), "/data/cells/");
  EXPECT_EQ(without_folder(rows[0].image, "/data/cells/"), "a/1.png");
  EXPECT_EQ(without_folder(rows[2].image, "/data/cells/"), "beside/3.png");
  EXPECT_EQ(common_folder({rows[2]}), "");
}

// A good part closer to the threshold than the unknown band is diverted: it counts against the threshold.
TEST(ThresholdForMiss, CountsWhatIsUnknownAsOverkill) {
  Evaluation evaluation;
  evaluation.model.unknown_band = 0.5;
  for (std::size_t i = 0; i < 70; ++i) {
    Row row;
    row.truth = i < 10 ? Label::good : Label::defective;
    row.score = row.truth == Label::good ? 0.1 * static_cast<double>(i) : 1.0 + static_cast<double>(i);
    row.part = std::to_string(i);
    evaluation.rows.push_back(row);
  }
  choose_threshold_for_miss(evaluation, 0.05, 0.95);
  ASSERT_TRUE(evaluation.max_miss && evaluation.max_miss->refused.empty());
  EXPECT_LE(evaluation.max_miss->threshold, 11.0);
  EXPECT_EQ(evaluation.max_miss->above.events, 0u);
  evaluation.model.unknown_band = evaluation.max_miss->threshold - 0.65;  // reaches down over the three highest
  choose_threshold_for_miss(evaluation, 0.05, 0.95);
  EXPECT_EQ(evaluation.max_miss->above.events, 3u);
}

}  // namespace
}  // namespace lineguard::evaluation
