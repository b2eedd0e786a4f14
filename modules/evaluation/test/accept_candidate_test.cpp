#include <gtest/gtest.h>

#include <lineguard/evaluation/accept_candidate.h>

namespace lineguard::evaluation {
namespace {

// Two good and two defective parts, each in two pictures, decided right.
Evaluation four_parts() {
  Evaluation evaluation;
  for (std::size_t i = 0; i < 8; ++i) {
    Row row;
    row.sample = i;
    row.image = "picture " + std::to_string(i);
    row.part = std::to_string(i / 2);
    row.truth = row.label = i < 4 ? Label::good : Label::defective;
    row.score = static_cast<double>(i);
    evaluation.rows.push_back(row);
  }
  return evaluation;
}

void fail(Row& row) {
  row.error = Error{ErrorCode::corrupt_data, "broken"};
}

std::string refusal(const Evaluation& before, const Evaluation& after) {
  const auto comparison = compare(before, after);
  EXPECT_TRUE(comparison);
  const auto accepted = accept_candidate(*comparison, 0.01);
  if (accepted) return "";
  EXPECT_EQ(accepted.error().code, ErrorCode::refused);
  return accepted.error().message;
}

TEST(AcceptCandidate, OneThatDecidesTheSameIsAccepted) {
  EXPECT_EQ(refusal(four_parts(), four_parts()), "");
}

TEST(AcceptCandidate, OneThatFailsWhereTheOriginalPredictsIsRefused) {
  auto before = four_parts(), after = four_parts();
  fail(before.rows[0]);
  fail(after.rows[0]);
  EXPECT_EQ(refusal(before, after), "");  // the picture's fault
  fail(after.rows[5]);
  const std::string said = refusal(before, after);
  EXPECT_NE(said.find("fails on 1 picture"), std::string::npos) << said;
  EXPECT_NE(said.find("picture 5: broken"), std::string::npos) << said;
}

// Every defective part has a picture that nobody could read: there are defective pictures, and no rate of misses.
TEST(AcceptCandidate, WithoutAWholeDefectivePartNothingShowsMisses) {
  auto before = four_parts(), after = four_parts();
  for (const std::size_t i : {std::size_t{4}, std::size_t{6}}) {
    fail(before.rows[i]);
    fail(after.rows[i]);
  }
  EXPECT_NE(refusal(before, after).find("no defective part of which every picture was predicted"), std::string::npos);
}

TEST(AcceptCandidate, AMissMoreIsNamedWithItsRates) {
  auto after = four_parts();
  after.rows[4].label = after.rows[5].label = Label::good;
  EXPECT_NE(refusal(four_parts(), after).find("the miss rate rises from 0.00 % to 50.00 % of n = 2"),
            std::string::npos);
}

}  // namespace
}  // namespace lineguard::evaluation
