#include <gtest/gtest.h>

#include <lineguard/acceptance/accept.h>
#include <lineguard/acceptance/escape.h>

namespace lineguard::acceptance {
namespace {

Part part_of(Label truth, double score, double threshold = 1, const std::string& class_name = "crack") {
  Part part;
  part.truth = truth;
  part.score = score;
  part.pictures = 1;
  part.label = score > threshold ? Label::defective : Label::good;
  if (truth == Label::defective) part.classes = {class_name};
  return part;
}

std::vector<Part> parts_of(std::size_t good, std::size_t diverted, std::size_t defective, std::size_t missed) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < good; ++i)
    parts.push_back(part_of(Label::good, (i < diverted ? 2 : 0) + 1e-4 * static_cast<double>(i)));
  for (std::size_t i = 0; i < defective; ++i)
    parts.push_back(part_of(Label::defective, (i < missed ? 0.5 : 3) + 1e-4 * static_cast<double>(i)));
  return parts;
}

Limits limits_of(double miss, double overkill) {
  Limits limits;
  limits.max_miss = miss;
  limits.max_overkill = overkill;
  return limits;
}

const Claim& claim_of(const Acceptance& acceptance, std::string_view what) {
  for (const Claim& claim : acceptance.claims) {
    if (claim.what == what) return claim;
  }
  ADD_FAILURE() << "no claim of " << what;
  return acceptance.claims.front();
}

std::string missing_in_words(const Acceptance& acceptance) {
  std::string text;
  for (const std::string& line : what_is_missing(acceptance)) text += line + "\n";
  return text;
}

TEST(Accept, WithoutAClaimNothingIsAccepted) {
  EXPECT_FALSE(Acceptance().accepted());
}

TEST(Accept, EnoughPartsWithoutAnEventShowTheRates) {
  const auto acceptance = accept_point(parts_of(149, 0, 299, 0), {1, 0}, limits_of(0.01, 0.02));
  ASSERT_TRUE(acceptance);
  EXPECT_TRUE(acceptance->accepted()) << missing_in_words(*acceptance);
  EXPECT_LE(claim_of(*acceptance, "miss rate").bound, 0.01);
  EXPECT_TRUE(what_is_missing(*acceptance).empty());
}

TEST(Accept, TooFewPartsAreRefusedWithHowManyAreMissing) {
  const auto acceptance = accept_point(parts_of(149, 0, 298, 0), {1, 0}, limits_of(0.01, 0.02));
  ASSERT_TRUE(acceptance);
  EXPECT_FALSE(acceptance->accepted());
  EXPECT_EQ(claim_of(*acceptance, "miss rate").missing(), 1u);
  EXPECT_NE(missing_in_words(*acceptance).find("299 parts with none missed"), std::string::npos);
}

TEST(Accept, ARateAboveTheLimitIsNotAMatterOfMoreParts) {
  const auto acceptance = accept_point(parts_of(149, 0, 100, 5), {1, 0}, limits_of(0.01, 0.02));
  ASSERT_TRUE(acceptance);
  EXPECT_FALSE(acceptance->accepted());
  EXPECT_NE(missing_in_words(*acceptance).find("more parts do not help"), std::string::npos);
}

TEST(Accept, GoodPartsAloneShowNothingOfMisses) {
  const auto acceptance = accept_point(parts_of(1000, 0, 0, 0), {1, 0}, limits_of(0.01, 0.02));
  ASSERT_TRUE(acceptance);
  EXPECT_FALSE(acceptance->accepted());
  EXPECT_EQ(claim_of(*acceptance, "miss rate").bound, 1);
  EXPECT_NE(missing_in_words(*acceptance).find("no defective part; 299 are needed"), std::string::npos);
}

TEST(Accept, APartThatCouldNotBeJudgedCountsAsDivertedAndShowsNoDefectFound) {
  std::vector<Part> parts = parts_of(149, 0, 299, 0);
  parts[0].failed = 1;
  parts.back().failed = 1;
  const auto acceptance = accept_point(parts, {1, 0}, limits_of(0.01, 0.02));
  ASSERT_TRUE(acceptance);
  EXPECT_EQ(claim_of(*acceptance, "overkill rate").count.events, 1u);
  EXPECT_EQ(claim_of(*acceptance, "overkill rate").count.n, 149u);
  EXPECT_EQ(claim_of(*acceptance, "miss rate").count.n, 298u);
  EXPECT_FALSE(acceptance->accepted());
}

TEST(Accept, TheEscapeRateFollowsFromBothRates) {
  Limits limits;
  limits.max_escapes = 500e-6;
  limits.defect_rate = 0.003;
  const auto acceptance = accept_point(parts_of(200, 0, 60, 0), {1, 0}, limits);
  ASSERT_TRUE(acceptance);
  const Claim& claim = claim_of(*acceptance, "escape rate");
  EXPECT_TRUE(claim.shown()) << claim.bound;
  EXPECT_GT(claim.bound, escape_rate(stats::upper_bound({0, 60}), 0, 0.003));  // overkill counts, too
  const auto few = accept_point(parts_of(200, 0, 10, 0), {1, 0}, limits);
  ASSERT_TRUE(few);
  EXPECT_FALSE(few->accepted());
  const std::size_t needed = claim_of(*few, "escape rate").needed;
  EXPECT_TRUE(accept_point(parts_of(200, 0, needed, 0), {1, 0}, limits)->accepted());
  EXPECT_FALSE(accept_point(parts_of(200, 0, needed - 1, 0), {1, 0}, limits)->accepted());
}

TEST(Accept, EachClassIsToldAndDecidesWhereAsked) {
  std::vector<Part> parts = parts_of(149, 0, 299, 0);
  parts.push_back(part_of(Label::defective, 5, 1, "stain"));
  Limits limits = limits_of(0.01, 0.02);
  const auto told = accept_point(parts, {1, 0}, limits);
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->accepted());
  ASSERT_EQ(told->classes.size(), 2u);
  EXPECT_EQ(told->classes[1].class_name, "stain");
  EXPECT_EQ(told->classes[1].missing(), 298u);
  limits.every_class = true;
  const auto each = accept_point(parts, {1, 0}, limits);
  ASSERT_TRUE(each);
  EXPECT_FALSE(each->accepted());
  EXPECT_NE(missing_in_words(*each).find("stain"), std::string::npos);
}

TEST(Accept, LimitsOutOfRangeAreNamed) {
  const auto message = [](const Limits& limits) {
    const auto checked = check(limits);
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_NE(message({}).find("nothing is to be shown"), std::string::npos);
  EXPECT_NE(message(limits_of(0, 0.1)).find("miss rate is 0 %"), std::string::npos);
  EXPECT_NE(message(limits_of(0.1, 1)).find("overkill rate is 100 %"), std::string::npos);
  Limits limits = limits_of(0.1, 0.1);
  limits.confidence = 1;
  EXPECT_NE(message(limits).find("confidence is 100 %"), std::string::npos);
  limits = {};
  limits.max_escapes = 1e-4;
  EXPECT_NE(message(limits).find("give the defect rate"), std::string::npos);
}

TEST(Choose, TheThresholdLiesBetweenBothOrderStatistics) {
  const auto chosen = choose_point(parts_of(400, 2, 500, 1), 0.01, limits_of(0.02, 0.03));
  ASSERT_TRUE(chosen);
  EXPECT_TRUE(chosen->accepted()) << missing_in_words(*chosen);
  ASSERT_TRUE(chosen->choice);
  EXPECT_LT(chosen->choice->lowest, chosen->threshold);
  EXPECT_GT(chosen->choice->highest, chosen->threshold);
  EXPECT_NEAR(claim_of(*chosen, "miss rate").confidence, 0.975, 1e-12);
  // The bound counts the rank, which is never below what was counted at the threshold.
  EXPECT_GE(claim_of(*chosen, "miss rate").count.events, chosen->miss.count.events);
  EXPECT_GE(claim_of(*chosen, "overkill rate").count.events, chosen->overkill.count.events);
}

TEST(Choose, OverlappingScoresAreRefusedInWords) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < 500; ++i) {
    parts.push_back(part_of(Label::good, static_cast<double>(i)));
    parts.push_back(part_of(Label::defective, static_cast<double>(i) + 0.5));
  }
  const auto chosen = choose_point(parts, 0, limits_of(0.02, 0.02));
  ASSERT_TRUE(chosen);
  EXPECT_FALSE(chosen->accepted());
  EXPECT_NE(chosen->refused.find("no threshold keeps both limits"), std::string::npos);
}

TEST(Choose, TooFewPartsAreRefusedWithTheNumberNeeded) {
  const auto chosen = choose_point(parts_of(400, 0, 100, 0), 0, limits_of(0.02, 0.03));
  ASSERT_TRUE(chosen);
  EXPECT_FALSE(chosen->accepted());
  EXPECT_NE(missing_in_words(*chosen).find("183 are needed"), std::string::npos) << missing_in_words(*chosen);
}

TEST(Choose, OneSideAloneLeavesTheOtherToItsCounts) {
  Limits limits;
  limits.max_overkill = 0.02;
  const auto chosen = choose_point(parts_of(400, 0, 50, 2), 0.01, limits);
  ASSERT_TRUE(chosen);
  EXPECT_TRUE(chosen->accepted());
  EXPECT_FALSE(claim_of(*chosen, "miss rate").decides);
  EXPECT_EQ(claim_of(*chosen, "miss rate").count.n, 50u);
}

TEST(Choose, AnEscapeRateIsKeptByBothSides) {
  Limits limits;
  limits.max_escapes = 500e-6;
  limits.max_overkill = 0.05;
  limits.defect_rate = 0.003;
  const auto chosen = choose_point(parts_of(400, 0, 60, 0), 0, limits);
  ASSERT_TRUE(chosen);
  EXPECT_TRUE(chosen->accepted()) << missing_in_words(*chosen);
  EXPECT_LE(claim_of(*chosen, "escape rate").bound, 500e-6);
  limits.max_overkill.reset();
  EXPECT_FALSE(choose_point(parts_of(400, 0, 60, 0), 0, limits));
}

}  // namespace
}  // namespace lineguard::acceptance
