#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include <lineguard/dataset/split.h>

namespace lineguard::dataset {
namespace {

Sample sample_of(const std::string& part, Label label, Split split = Split::unset, const std::string& view = "") {
  Sample sample;
  sample.name = part + view + ".png";
  sample.part = part;
  sample.label = label;
  sample.split = split;
  return sample;
}

Dataset good_parts(int count, Split split) {
  Dataset dataset;
  for (int i = 0; i < count; ++i) dataset.samples.push_back(sample_of("p" + std::to_string(i), Label::good, split));
  return dataset;
}

std::set<std::string> names_of(const Dataset& dataset, const std::vector<std::size_t>& indices) {
  std::set<std::string> names;
  for (const auto i : indices) names.insert(dataset.samples[i].name);
  return names;
}

TEST(Split, followsTheDataSetAndHoldsBackAFractionOfTraining) {
  Dataset dataset = good_parts(20, Split::train);
  dataset.samples.push_back(sample_of("g", Label::good, Split::test));
  dataset.samples.push_back(sample_of("d", Label::defective, Split::test));
  dataset.samples.push_back(sample_of("u", Label::unknown, Split::test));
  const TrainingSplit split = split_for_training(dataset, 0.25, 1);
  EXPECT_EQ(split.train.size(), 15u);
  EXPECT_EQ(split.validation.size(), 5u);
  EXPECT_EQ(names_of(dataset, split.test), (std::set<std::string>{"g.png", "d.png"}));
}

TEST(Split, doesNotDependOnTheOrderOfTheSamples) {
  Dataset dataset = good_parts(50, Split::unset);
  const TrainingSplit before = split_for_training(dataset, 0.3, 7);
  const auto train = names_of(dataset, before.train), validation = names_of(dataset, before.validation);
  std::mt19937 random(3);
  std::shuffle(dataset.samples.begin(), dataset.samples.end(), random);
  const TrainingSplit after = split_for_training(dataset, 0.3, 7);
  EXPECT_EQ(names_of(dataset, after.train), train);
  EXPECT_EQ(names_of(dataset, after.validation), validation);
  EXPECT_NE(names_of(dataset, split_for_training(dataset, 0.3, 8).train), train);
}

TEST(Split, withoutNamedSplitsTestsWithHalfOfTheGoodPartsAndAllDefectiveOnes) {
  Dataset dataset = good_parts(40, Split::unset);
  dataset.samples.push_back(sample_of("d", Label::defective));
  const TrainingSplit split = split_for_training(dataset, 0.25, 1);
  EXPECT_EQ(split.train.size(), 15u);
  EXPECT_EQ(split.validation.size(), 5u);
  EXPECT_EQ(split.test.size(), 21u);
  EXPECT_TRUE(names_of(dataset, split.test).contains("d.png"));
}

TEST(Split, keepsThePicturesOfOnePartTogether) {
  Dataset dataset;
  for (int i = 0; i < 30; ++i) {
    for (const auto* view : {"-front", "-back"}) {
      dataset.samples.push_back(sample_of("p" + std::to_string(i), Label::good, Split::unset, view));
    }
  }
  dataset.samples[5].label = Label::defective;  // one view of p2: its good view is tested with, too
  const TrainingSplit split = split_for_training(dataset, 0.3, 1);
  std::vector<std::set<std::string>> sides;
  for (const auto* side : {&split.train, &split.validation, &split.test}) {
    std::set<std::string> parts;
    for (const auto i : *side) parts.insert(dataset.samples[i].part);
    EXPECT_EQ(parts.size() * 2, side->size());
    sides.push_back(parts);
  }
  EXPECT_TRUE(sides[2].contains("p2"));
  EXPECT_EQ(sides[0].size() + sides[1].size() + sides[2].size(), 30u);
}

TEST(Split, usesANamedValidationSplitAsItIs) {
  Dataset dataset = good_parts(10, Split::train);
  dataset.samples.push_back(sample_of("v", Label::good, Split::validation));
  dataset.samples.push_back(sample_of("w", Label::defective, Split::validation));
  const TrainingSplit split = split_for_training(dataset, 0.5, 1);
  EXPECT_EQ(split.train.size(), 10u);
  EXPECT_EQ(names_of(dataset, split.validation), (std::set<std::string>{"v.png", "w.png"}));
  EXPECT_TRUE(split.test.empty());
}

TEST(Split, AQuarterOfTheDefectivePartsIsTestedWithHoweverFinelyTheyAreGraded) {
  Dataset dataset = good_parts(24, Split::unset);
  for (int i = 0; i < 32; ++i) {
    dataset.samples.push_back(sample_of("d" + std::to_string(i), Label::defective, Split::unset));
    dataset.samples.back().defect_probability = 0.51 + 0.01 * i;
  }
  const TrainingSplit split = split_for_labels(dataset, 1);
  EXPECT_EQ(split.test.size(), 14u);
  EXPECT_EQ(count_defective(dataset, split.test), 8);
}

TEST(Split, aPartInTrainAndTestIsOnlyTestedWith) {
  Dataset dataset = good_parts(5, Split::train);
  dataset.samples.push_back(sample_of("p0", Label::good, Split::test, "-again"));
  const TrainingSplit split = split_for_training(dataset, 0, 1);
  EXPECT_EQ(split.train.size(), 4u);
  EXPECT_EQ(split.test.size(), 2u);
}

TEST(Split, keepsAtLeastOnePartOnEachSideOfTraining) {
  EXPECT_EQ(split_for_training(good_parts(2, Split::train), 0.01, 1).validation.size(), 1u);
  EXPECT_EQ(split_for_training(good_parts(2, Split::train), 9, 1).train.size(), 1u);
  EXPECT_EQ(split_for_training(good_parts(1, Split::train), 0.5, 1).train.size(), 1u);
  EXPECT_EQ(split_for_training(good_parts(3, Split::train), 0, 1).validation.size(), 0u);
  EXPECT_EQ(split_for_training(Dataset{}, 0.5, 1).train.size(), 0u);
}

}  // namespace
}  // namespace lineguard::dataset
