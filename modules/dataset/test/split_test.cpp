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

TEST(Split, FollowsTheDataSet) {
  Dataset dataset = good_parts(20, Split::train);
  dataset.samples.push_back(sample_of("g", Label::good, Split::test));
  dataset.samples.push_back(sample_of("d", Label::defective, Split::test));
  dataset.samples.push_back(sample_of("u", Label::unknown, Split::test));
  const TrainingSplit split = split_for_training(dataset);
  EXPECT_EQ(split.train.size(), 20u);
  EXPECT_TRUE(split.validation.empty());
  EXPECT_EQ(names_of(dataset, split.test), (std::set<std::string>{"g.png", "d.png"}));
}

TEST(Split, WithoutNamedSplitsEveryGoodPartIsLearnedFromAndWithLabelsAll) {
  Dataset dataset = good_parts(40, Split::unset);
  dataset.samples.push_back(sample_of("d", Label::defective));
  EXPECT_FALSE(names_splits(dataset));
  const TrainingSplit split = split_for_training(dataset);
  EXPECT_EQ(split.train.size(), 40u);
  EXPECT_EQ(names_of(dataset, split.test), (std::set<std::string>{"d.png"}));
  EXPECT_EQ(split_for_labels(dataset).train.size(), 41u);
}

TEST(Split, KeepsThePicturesOfADefectivePartTogether) {
  Dataset dataset;
  for (int i = 0; i < 30; ++i) {
    for (const auto* view : {"-front", "-back"}) {
      dataset.samples.push_back(sample_of("p" + std::to_string(i), Label::good, Split::unset, view));
    }
  }
  dataset.samples[5].label = Label::defective;  // one view of p2: its good view is tested with, too
  const TrainingSplit split = split_for_training(dataset);
  EXPECT_EQ(split.train.size(), 58u);
  EXPECT_EQ(names_of(dataset, split.test), (std::set<std::string>{"p2-front.png", "p2-back.png"}));
}

TEST(Split, UsesANamedValidationSplitAsItIs) {
  Dataset dataset = good_parts(10, Split::train);
  dataset.samples.push_back(sample_of("v", Label::good, Split::validation));
  dataset.samples.push_back(sample_of("w", Label::defective, Split::validation));
  const TrainingSplit split = split_for_training(dataset);
  EXPECT_EQ(split.train.size(), 10u);
  EXPECT_EQ(names_of(dataset, split.validation), (std::set<std::string>{"v.png", "w.png"}));
  EXPECT_TRUE(split.test.empty());
}

TEST(Split, APartInTrainAndTestIsOnlyTestedWith) {
  Dataset dataset = good_parts(5, Split::train);
  dataset.samples.push_back(sample_of("p0", Label::good, Split::test, "-again"));
  const TrainingSplit split = split_for_training(dataset);
  EXPECT_EQ(split.train.size(), 4u);
  EXPECT_EQ(split.test.size(), 2u);
}

TEST(ChooseParts, TakesTheShareOfEitherLabelHoweverFinelyDefectsAreGraded) {
  Dataset dataset = good_parts(24, Split::unset);
  for (int i = 0; i < 32; ++i) {
    dataset.samples.push_back(sample_of("d" + std::to_string(i), Label::defective, Split::unset));
    dataset.samples.back().defect_probability = 0.51 + 0.01 * i;
  }
  const auto all = split_for_labels(dataset).train;
  const auto chosen = choose_parts(dataset, all, 0.25, 1);
  EXPECT_EQ(chosen.size(), 14u);
  EXPECT_EQ(std::ranges::count_if(chosen, [](const std::string& part) { return part.starts_with("d"); }), 8);
  std::mt19937 random(3);
  std::shuffle(dataset.samples.begin(), dataset.samples.end(), random);
  EXPECT_EQ(choose_parts(dataset, all, 0.25, 1), chosen);
  EXPECT_NE(choose_parts(dataset, all, 0.25, 2), chosen);
  EXPECT_TRUE(choose_parts(dataset, all, 0, 1).empty());
}

}  // namespace
}  // namespace lineguard::dataset
