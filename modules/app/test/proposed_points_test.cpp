#include "proposed_points.h"

#include <gtest/gtest.h>

namespace lineguard::app {
namespace {

struct Learned {
  std::vector<package::CrossFittedPicture> pictures;
  dataset::Dataset data;

  void add(const std::string& name, Label label, double score, const std::string& part) {
    pictures.push_back({name, label, label == Label::good ? "good" : "scratch", score, 0});
    dataset::Sample sample;
    sample.name = name;
    sample.label = label;
    sample.part = part;
    data.samples.push_back(sample);
  }
};

package::OperatingPoint point_at(double threshold) {
  package::OperatingPoint point;
  point.threshold = threshold;
  return point;
}

// 20 good parts up to 20, one of them an outlier at 90; 10 defective ones from 30 to 39.
Learned separated() {
  Learned learned;
  for (int i = 0; i < 20; ++i) learned.add("g" + std::to_string(i), Label::good, i == 19 ? 90 : i, "");
  for (int i = 0; i < 10; ++i) learned.add("d" + std::to_string(i), Label::defective, 30 + i, "");
  return learned;
}

TEST(ProposedPoints, WarnsWhereMostDefectsAreMissedAlthoughScoresSeparateThem) {
  const Learned learned = separated();
  const Proposals proposals = propose_points(learned.pictures, learned.data, point_at(95));
  EXPECT_NE(proposals.warning.find("misses 10 of 10 defective parts"), std::string::npos) << proposals.warning;
  ASSERT_FALSE(proposals.points.empty());
  EXPECT_EQ(proposals.points.front().row.missed.events, 0u);
  EXPECT_EQ(proposals.points.front().row.diverted.events, 1u);
  EXPECT_EQ(in_words(proposals.points.front()),
            "24: finds every defective part; misses 0 of 10 defective parts, diverts 1 of 20 good parts");
}

TEST(ProposedPoints, NoWarningWhereTheThresholdFindsThemOrScoresDoNotSeparate) {
  const Learned learned = separated();
  EXPECT_EQ(propose_points(learned.pictures, learned.data, point_at(25)).warning, "");
  Learned mixed;
  for (int i = 0; i < 20; ++i) mixed.add(std::to_string(i), i % 2 ? Label::good : Label::defective, i, "");
  EXPECT_EQ(propose_points(mixed.pictures, mixed.data, point_at(30)).warning, "");
}

TEST(ProposedPoints, PicturesOfAPartCountOnceAndOneSideAloneProposesNothing) {
  Learned learned;
  for (int i = 0; i < 6; ++i) learned.add("g" + std::to_string(i), Label::good, i, "p" + std::to_string(i / 2));
  EXPECT_TRUE(propose_points(learned.pictures, learned.data, point_at(9)).points.empty());
  learned.add("d0", Label::defective, 8, "q");
  learned.add("d1", Label::defective, 7, "q");
  const Proposals proposals = propose_points(learned.pictures, learned.data, point_at(9));
  ASSERT_FALSE(proposals.points.empty());
  EXPECT_EQ(proposals.points.front().row.diverted.n, 3u);
  EXPECT_EQ(proposals.points.front().row.missed.n, 1u);
}

}  // namespace
}  // namespace lineguard::app
