// Pictures that are seen beside their defect-free twins.
#include "temp_folder.h"
#include "test_data.h"
#include "vocabulary.h"

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/detector/detector.h>
#include <lineguard/detector/quantize.h>
#include <lineguard/features/template_pair.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/training/train.h>

namespace lineguard::training {
namespace {

// A board with tracks at places of its own; every design differs, so that only the twin tells what belongs there.
Image board(unsigned design) {
  Image image({96, 96}, 1);
  for (int y = 0; y < 96; ++y) {
    for (int x = 0; x < 96; ++x) {
      const bool track = ((x + design * 7) / 9) % 3 == 0 || ((y + design * 13) / 11) % 4 == 0;
      image.row_u8(y)[static_cast<std::size_t>(x)] = track ? 200 : 30;
    }
  }
  return image;
}

Image with_spot(Image image, int x0, int y0) {
  for (int y = y0; y < y0 + 14; ++y) {
    for (int x = x0; x < x0 + 14; ++x) {
      auto& pixel = image.row_u8(y)[static_cast<std::size_t>(x)];
      pixel = static_cast<std::uint8_t>(pixel > 100 ? 30 : 200);
    }
  }
  return image;
}

TEST(TemplatePair, SmallShiftsAreNoDifferenceAndMissingCopperIs) {
  const Image twin = board(1);
  const auto same = pair_up(twin, twin, {});
  ASSERT_TRUE(same);
  const auto spotted = pair_up(with_spot(twin, 40, 40), twin, {});
  int same_sum = 0, spotted_sum = 0;
  for (int y = 0; y < 96; ++y) {
    for (std::size_t x = 0; x < 96; ++x) {
      same_sum += same->row_u8(y)[3 * x + 2];
      spotted_sum += spotted->row_u8(y)[3 * x + 2];
    }
  }
  EXPECT_EQ(same_sum, 0);
  EXPECT_GT(spotted_sum, 0);
  EXPECT_EQ(pair_up(twin, Image({90, 96}, 1), {}).error().code, ErrorCode::invalid_argument);
}

class TemplateTrain : public ::testing::Test {
 protected:
  void SetUp() override {
    LINEGUARD_NEEDS(test::deps() / "backbone");
    for (unsigned i = 0; i < 20; ++i) {
      const std::string name = "board_" + std::to_string(i);
      dataset::Sample sample;
      sample.name = sample.part = name;
      sample.image = folder_ / (name + ".png");
      sample.defect_free_template = folder_ / (name + "_template.png");
      sample.label = Label::defective;
      sample.class_name = "spot";
      sample.split = dataset::Split::train;
      const int x = 5 + static_cast<int>(i * 17 % 70), y = 5 + static_cast<int>(i * 29 % 70);
      sample.boxes.push_back({{static_cast<double>(x), static_cast<double>(y), 14, 14}, "spot", {}});
      ASSERT_TRUE(write_file_atomically(sample.image, *imaging::encode_png(with_spot(board(i), x, y))));
      ASSERT_TRUE(write_file_atomically(*sample.defect_free_template, *imaging::encode_png(board(i))));
      dataset_.samples.push_back(sample);
    }
    config_.members = {{96}};
    config_.bank_size = 200;
    config_.label_members = 1;
  }
  Result<Prediction> predict(Detector& detector, const Image& image, const Image* twin) {
    Capture capture;
    capture.views.push_back({"", std::make_shared<const Image>(image), "board.png", std::nullopt});
    if (twin) capture.views[0].defect_free_template = std::make_shared<const Image>(*twin);
    return detector.predict(capture, {});
  }
  test::TempFolder folder_;
  dataset::Dataset dataset_;
  TrainConfig config_;
};

TEST_F(TemplateTrain, TellsAWrongBoardOfADesignItNeverSaw) {
  const auto report = train(dataset_, config_, folder_ / "model");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->good_pictures, 20u);  // the templates
  EXPECT_NE(report->operating_point.method.find("compared with itself"), std::string::npos);
  // The twin is there to compare with: cells need no wide view.
  auto detector = Detector::load(folder_ / "model");
  ASSERT_TRUE(detector) << detector.error().message;
  EXPECT_TRUE((*detector)->needs_template());
  const Image design = board(77);
  const auto good = predict(**detector, design, &design);
  const auto bad = predict(**detector, with_spot(design, 30, 50), &design);
  ASSERT_TRUE(good && bad);
  EXPECT_EQ(good->label, Label::good);
  EXPECT_EQ(bad->label, Label::defective);
  ASSERT_FALSE(bad->regions.empty());
  EXPECT_EQ(bad->regions[0].class_name, "spot");
}

TEST_F(TemplateTrain, ComparesInLowerPrecisionToo) {
  ASSERT_TRUE(train(dataset_, config_, folder_ / "model"));
  std::vector<CalibrationPicture> pictures;
  for (const auto& sample : dataset_.samples) pictures.push_back({sample.image, sample.defect_free_template});
  const auto report = quantize(folder_ / "model", "int8", pictures, folder_ / "model-8");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_GT(report->convolutions, 10u);
  auto detector = Detector::load(folder_ / "model-8");
  ASSERT_TRUE(detector) << detector.error().message;
  const Image design = board(77);
  const auto good = predict(**detector, design, &design), bad = predict(**detector, with_spot(design, 30, 50), &design);
  ASSERT_TRUE(good && bad);
  EXPECT_EQ(bad->label, Label::defective);
  EXPECT_GT(bad->score, good->score + 4);  // 9 in f32
  pictures[0].defect_free_template.reset();
  EXPECT_EQ(quantize(folder_ / "model", "int8", pictures, folder_ / "model-9").error().code, ErrorCode::no_template);
}

TEST_F(TemplateTrain, WithoutATemplateThereIsNoAnswer) {
  ASSERT_TRUE(train(dataset_, config_, folder_ / "model"));
  auto detector = Detector::load(folder_ / "model");
  ASSERT_TRUE(detector);
  EXPECT_EQ(predict(**detector, board(3), nullptr).error().code, ErrorCode::no_template);
  EXPECT_EQ((*detector)->predict_image(board(3), {}).error().code, ErrorCode::no_template);
  const Image small({50, 50}, 1);
  EXPECT_EQ(predict(**detector, board(3), &small).error().code, ErrorCode::invalid_argument);
  dataset_.samples[3].defect_free_template.reset();  // one missing twin is no reason to compare none
  const auto partly = train(dataset_, config_, folder_ / "other");
  EXPECT_EQ(partly.error().code, ErrorCode::refused);
  EXPECT_NE(partly.error().message.find("missing-template"), std::string::npos) << partly.error().message;
}

}  // namespace
}  // namespace lineguard::training
