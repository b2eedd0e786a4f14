// Which pictures are learned from, and which of them tell how good parts score. No picture is opened.
#include "training_choice.h"

#include "mixing.h"
#include "vocabulary.h"

#include <string>

#include <gtest/gtest.h>

namespace lineguard::training {
namespace {

class TrainingChoice : public ::testing::Test {
 protected:
  void add(int part, Label label) {
    dataset::Sample sample;
    sample.name = "picture_" + std::to_string(dataset_.samples.size()) + ".png";
    sample.image = sample.name;
    sample.part = "part_" + std::to_string(part);
    sample.label = label;
    sample.class_name = label == Label::good ? "good" : "dent";
    if (label == Label::defective) sample.boxes.push_back({{1, 2, 3, 4}, "dent", {}});
    sample.split = dataset::Split::train;
    dataset_.samples.push_back(sample);
  }
  // Parts with a view of a defect and a good one.
  void add_defective_parts(int count) {
    for (int i = 0; i < count; ++i) {
      add(1000 + i, Label::good);
      add(1000 + i, Label::defective);
    }
  }
  // How many of the chosen pictures region levels are taken from.
  std::size_t levels_from() {
    auto chosen = choose_pictures(dataset_, config_);
    EXPECT_TRUE(chosen) << chosen.error().message;
    if (!chosen) return 0;
    return good_ones(chosen->set, std::vector<MapScore>(chosen->set.pictures.size())).size();
  }

  dataset::Dataset dataset_;
  TrainConfig config_{.labels = Labels::use};
};

// As the threshold: a good view does not make a defective part a good one.
TEST_F(TrainingChoice, RegionLevelsRestOnPartsThatAreGoodInAllTheirPictures) {
  for (int i = 0; i < 7; ++i) add(i, Label::good);
  add_defective_parts(5);
  EXPECT_EQ(levels_from(), 7u);
}

// A template is compared with itself: it scores lower than any real part.
TEST_F(TrainingChoice, TemplatesStandForGoodPartsOnlyWhereHardlyAnyIsGood) {
  const auto give_twins = [&] {
    for (auto& sample : dataset_.samples) sample.defect_free_template = sample.name + ".template";
  };
  for (int i = 0; i < 4; ++i) add(i, Label::good);
  for (int i = 0; i < 20; ++i) add(100 + i, Label::defective);
  give_twins();
  EXPECT_EQ(levels_from(), 28u) << "four real ones and 24 templates";
  add(4, Label::good);
  give_twins();
  EXPECT_EQ(levels_from(), 5u);
  config_.fine_tune = true;  // one fold of five alone calibrates
  EXPECT_EQ(levels_from(), 30u);
}

// Parts count, not their pictures; and a good picture may be the template of all, of itself as well.
TEST_F(TrainingChoice, ManyPicturesOfOneGoodPartAreOnePart) {
  for (int i = 0; i < 12; ++i) add(0, Label::good);
  for (int i = 0; i < 14; ++i) add(100 + i, Label::defective);
  for (auto& sample : dataset_.samples) sample.defect_free_template = dataset_.samples[0].image;
  EXPECT_EQ(levels_from(), 12u + 26u);
  for (int i = 1; i < 6; ++i) add(i, Label::good);
  for (auto& sample : dataset_.samples) sample.defect_free_template = sample.image;
  EXPECT_EQ(levels_from(), 17u) << "real ones, though each is its own template";
}

TEST_F(TrainingChoice, PartsThatAreAlignedAreNotComparedWithTemplates) {
  for (int i = 0; i < 6; ++i) add(i, Label::good);
  for (int i = 0; i < 6; ++i) add(100 + i, Label::defective);
  for (auto& sample : dataset_.samples) sample.defect_free_template = sample.name + ".template";
  config_.align_shift = 0.1;
  const auto chosen = choose_pictures(dataset_, config_);
  ASSERT_TRUE(chosen) << chosen.error().message;
  EXPECT_FALSE(chosen->set.has_templates);
  EXPECT_EQ(chosen->set.good_count(), 6u);
}

TEST_F(TrainingChoice, OneGoodPartAndOneDefectiveOneAreInTwoFolds) {
  config_.tile_px = 64;
  for (int i = 0; i < 6; ++i) add(0, Label::good);
  for (int i = 0; i < 10; ++i) add(1, Label::defective);
  const auto chosen = choose_pictures(dataset_, config_);
  ASSERT_TRUE(chosen) << chosen.error().message;
  EXPECT_NE(chosen->set.pictures.front().fold, chosen->set.pictures.back().fold);
}

TEST_F(TrainingChoice, AreasStandForGoodPicturesWhereHardlyAnyPartIsGood) {
  config_.tile_px = 64;
  for (int i = 0; i < 4; ++i) add(i, Label::good);
  add_defective_parts(5);
  EXPECT_EQ(levels_from(), 9u) << "four good parts are too few: those of defective ones count too";
  add(4, Label::good);
  EXPECT_EQ(levels_from(), 5u);
}

// A template shows another part than the picture that it stands beside.
TEST_F(TrainingChoice, TemplatesAreGoodWhateverIsBesideThem) {
  for (int i = 0; i < 6; ++i) add(i, Label::defective);
  for (dataset::Sample& sample : dataset_.samples) sample.defect_free_template = "template_of_" + sample.name;
  EXPECT_EQ(levels_from(), 6u);
}

}  // namespace
}  // namespace lineguard::training
