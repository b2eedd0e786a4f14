// Training with labels, from drawn pictures to packages.
#include "temp_folder.h"
#include "test_data.h"
#include "vocabulary.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/detector/detector.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/training/train.h>

namespace lineguard::training {
namespace {

// A weave with a little noise; every picture differs.
Image woven(unsigned seed, int side = 96) {
  Image image({side, side}, 1);
  unsigned state = seed * 2654435761u + 1;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      state = state * 1664525u + 1013904223u;
      const double weave = 120 + 40 * std::sin(x * 0.6) * std::cos(y * 0.5);
      image.row_u8(y)[static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(weave + (state >> 24) % 12);
    }
  }
  return image;
}

void fill(Image& image, const Box& box, std::uint8_t value) {
  for (int y = 0; y < static_cast<int>(box.height); ++y) {
    for (int x = 0; x < static_cast<int>(box.width); ++x)
      image.row_u8(static_cast<int>(box.y) + y)[static_cast<std::size_t>(box.x) + static_cast<std::size_t>(x)] = value;
  }
}

Box place(unsigned seed, double width, double height) {
  return {8.0 + (seed * 37) % 50, 10.0 + (seed * 23) % 50, width, height};
}

class LabelledTrain : public ::testing::Test {
 protected:
  void SetUp() override {
    LINEGUARD_NEEDS(test::deps() / "backbone");
    config_.members = {{96}};
    config_.bank_size = 200;
    config_.folds = 3;
    config_.label_epochs = 8;
    config_.label_members = 1;
    config_.label_turns = 2;
    for (unsigned i = 0; i < 24; ++i) add(i, "good", {}, 0);
  }
  void add_class(const std::string& name, double width, double height, std::uint8_t value) {
    for (unsigned i = 0; i < 12; ++i) add(100 + i, name, place(i, width, height), value);
  }
  void add(unsigned seed, const std::string& name, const Box& box, std::uint8_t value) {
    Image image = woven(seed, side_);
    fill(image, box, value);
    dataset::Sample sample;
    sample.name = name + "_" + std::to_string(seed) + ".png";
    sample.part = sample.name;
    sample.image = folder_ / "set" / sample.name;
    sample.split = dataset::Split::train;
    sample.class_name = name;
    sample.label = name == "good" ? Label::good : Label::defective;
    if (sample.label == Label::defective) sample.boxes.push_back({box, name, {}});
    ASSERT_TRUE(write_file_atomically(sample.image, *imaging::encode_png(image)));
    dataset_.samples.push_back(sample);
  }
  Result<TrainReport> train_to(const std::string& name, int threads = 2) {
    TrainOptions options;
    options.threads = threads;
    options.allowed_checks = {"near-duplicate", "duplicate"};
    dataset_.root = folder_ / "set";
    return train(dataset_, config_, folder_ / name, options);
  }
  Prediction predict(const std::string& package, const Image& image) {
    auto detector = Detector::load(folder_ / package);
    EXPECT_TRUE(detector) << detector.error().message;
    Capture capture;
    capture.views.push_back({"", std::make_shared<const Image>(image), "test"});
    return *(*detector)->predict(capture, {.want_map = true});
  }
  void expect_tells_stains(const std::string& package) {
    Image stained = woven(903);
    fill(stained, {50, 20, 20, 16}, 30);
    EXPECT_EQ(predict(package, stained).label, Label::defective);
    EXPECT_EQ(predict(package, woven(904)).label, Label::good);
  }
  test::TempFolder folder_;
  dataset::Dataset dataset_;
  TrainConfig config_;
  int side_ = 96;  // of pictures that are added
};

TEST_F(LabelledTrain, RegionsCarryTheClassThatWasLearned) {
  add_class("stain", 20, 16, 30);
  add_class("flash", 12, 24, 250);
  auto report = train_to("model");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->classes, (std::vector<std::string>{"flash", "stain"}));
  EXPECT_EQ(report->defective_pictures, 24u);
  EXPECT_TRUE(report->operating_point.miss_bound);
  Image stained = woven(900);
  fill(stained, {50, 20, 20, 16}, 30);
  const Prediction prediction = predict("model", stained);
  EXPECT_EQ(prediction.label, Label::defective);
  ASSERT_FALSE(prediction.regions.empty());
  EXPECT_EQ(prediction.regions[0].class_name, "stain");
  const Box& box = prediction.regions[0].box;
  EXPECT_LT(box.x, 60);
  EXPECT_GT(box.x + box.width, 60);
  EXPECT_LT(box.y, 28);
  EXPECT_GT(box.y + box.height, 28);
  EXPECT_EQ(predict("model", woven(901)).label, Label::good);
}

// Where people drew boxes, each defect is a box of its own, also beside another one.
TEST_F(LabelledTrain, DefectsThatTouchAreTwoBoxes) {
  add_class("stain", 20, 16, 30);
  add_class("flash", 12, 24, 250);
  config_.label_epochs = 40;  // the two never stand side by side in training
  config_.label_members = 3;
  const auto report = train_to("model");
  ASSERT_TRUE(report) << report.error().message;
  Image both = woven(905);
  fill(both, {30, 40, 20, 16}, 30);
  fill(both, {50, 36, 12, 24}, 250);
  const Prediction prediction = predict("model", both);
  const auto has = [&](const std::string& name) {
    return std::ranges::any_of(prediction.regions, [&](const Region& region) { return region.class_name == name; });
  };
  EXPECT_TRUE(has("stain"));
  EXPECT_TRUE(has("flash"));
}

// Every part has a scratch, as it is with some sets: the places beside it are what is good.
TEST_F(LabelledTrain, LearnsInTilesWhereNoPictureIsGood) {
  dataset_.samples.clear();
  side_ = 192;
  config_.tile_px = 96;
  config_.label_turns = 1;
  for (unsigned i = 0; i < 12; ++i) add(100 + i, "stain", {8.0 + i * 37 % 150, 10.0 + i * 53 % 150, 20, 16}, 30);
  const auto report = train_to("model");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->good_pictures, 0U);
  EXPECT_EQ(report->defective_pictures, 12U);
  EXPECT_EQ(report->operating_point.good_n, 12);
  EXPECT_NE(report->operating_point.method.find("tiles without a defect"), std::string::npos);
  Image stained = woven(900, side_);
  fill(stained, {120, 130, 20, 16}, 30);
  const Prediction prediction = predict("model", stained);
  EXPECT_EQ(prediction.label, Label::defective);
  ASSERT_FALSE(prediction.regions.empty());
  EXPECT_EQ(prediction.regions[0].class_name, "stain");
  EXPECT_NEAR(prediction.regions[0].box.x + prediction.regions[0].box.width / 2, 130, 8);
  EXPECT_NEAR(prediction.regions[0].box.y + prediction.regions[0].box.height / 2, 138, 8);
  int good = 0;
  for (unsigned seed = 901; seed < 911; ++seed) {
    { good += predict("model", woven(seed, side_)).label == Label::good ? 1 : 0; }
  }
  EXPECT_GE(good, 7) << "of 10 good parts";
}

TEST_F(LabelledTrain, TilesNeedLabelsThatSayWhere) {
  add_class("stain", 20, 16, 30);
  config_.tile_px = 64;
  config_.labels = Labels::use;
  for (auto& sample : dataset_.samples) sample.boxes.clear();
  const auto report = train_to("model");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::refused);
  EXPECT_NE(report.error().message.find("does not say where"), std::string::npos) << report.error().message;
  config_.labels = Labels::auto_;
  const auto without = train_to("model");
  ASSERT_TRUE(without) << without.error().message;
  EXPECT_EQ(without->defective_pictures, 0U);
}

// Lighting evened out: the lamp ages, and a good part stays good.
TEST_F(LabelledTrain, WithFlatLightingALampAtFourFifthsChangesHardlyADecision) {
  config_.members = {{96, imaging::Lighting::flat}};
  const auto report = train_to("model");
  ASSERT_TRUE(report) << report.error().message;
  int good = 0;
  for (unsigned seed = 905; seed < 915; ++seed) {
    Image dim = woven(seed);
    for (int y = 0; y < dim.height_px(); ++y) {
      for (auto& value : dim.row_u8(y)) value = static_cast<std::uint8_t>(0.8 * value);
    }
    good += predict("model", dim).label == Label::good ? 1 : 0;
  }
  EXPECT_GE(good, 8) << "of 10 good parts";
}

// The promise: a defect of a class that was held out of training still fires.
TEST_F(LabelledTrain, AClassThatWasNeverShownStillFiresThroughTheGoodOnlyFloor) {
  add_class("stain", 20, 16, 30);
  ASSERT_TRUE(train_to("model"));
  Image torn = woven(902);
  for (int i = 0; i < 70; ++i) fill(torn, {10.0 + i, 84.0 - i, 6, 6}, static_cast<std::uint8_t>(i % 2 ? 255 : 128));
  const Prediction prediction = predict("model", torn);
  EXPECT_EQ(prediction.label, Label::defective);
  EXPECT_FALSE(prediction.regions.empty());
}

TEST_F(LabelledTrain, LabelsOfPicturesAloneAreEnough) {
  add_class("stain", 20, 16, 30);
  for (auto& sample : dataset_.samples) sample.boxes.clear();
  auto report = train_to("model");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->classes.empty());
  expect_tells_stains("model");
}

TEST_F(LabelledTrain, TheSamePackageWithAnyNumberOfThreads) {
  add_class("stain", 20, 16, 30);
  auto one = train_to("a/model", 1);
  auto two = train_to("b/model", 2);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->model.digest, two->model.digest);
}

TEST_F(LabelledTrain, FewDefectsAreLeftOutUnlessAskedFor) {
  for (unsigned i = 0; i < 3; ++i) add(100 + i, "stain", place(i, 20, 16), 30);
  auto report = train_to("auto");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->defective_pictures, 0u);
  EXPECT_NE(report->labels_note.find("from 10 on"), std::string::npos);
  config_.labels = Labels::use;
  report = train_to("use");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->defective_pictures, 3u);
  dataset_.samples.resize(25);
  EXPECT_EQ(train_to("refused").error().code, ErrorCode::refused);
}

}  // namespace
}  // namespace lineguard::training
