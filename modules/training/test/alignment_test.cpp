#include "temp_folder.h"
#include "test_data.h"
#include "vocabulary.h"

#include <cmath>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/detector/detector.h>
#include <lineguard/features/alignment.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/training/train.h>

namespace lineguard::training {
namespace {

// A part with a pattern of its own on a plain belt, moved by dx, dy.
Image part_at(int dx, int dy, unsigned seed) {
  Image image({200, 160}, 1);
  unsigned state = seed * 2654435761u + 1;
  for (int y = 0; y < 160; ++y) {
    for (int x = 0; x < 200; ++x) {
      state = state * 1664525u + 1013904223u;
      const int px = x - dx - 50, py = y - dy - 40;
      const bool inside = px >= 0 && px < 100 && py >= 0 && py < 80;
      const bool dark = inside && ((px / 13 + py / 9) % 3 == 0 || std::hypot(px - 30, py - 50) < 12);
      image.row_u8(y)[static_cast<std::size_t>(x)] =
          static_cast<std::uint8_t>((inside ? (dark ? 60 : 190) : 110) + static_cast<int>((state >> 24) % 6));
    }
  }
  return image;
}

imaging::Preprocessing aligned_with(const Image& image) {
  imaging::Preprocessing preprocessing{.input_px = 96};
  preprocessing.align_shift = 0.15;
  preprocessing.alignment_reference = std::make_shared<const Image>(alignment_reference(image, {}));
  return preprocessing;
}

TEST(Alignment, FindsHowFarAPartLies) {
  const auto shift = find_shift(part_at(14, -9, 2), aligned_with(part_at(0, 0, 1)));
  ASSERT_TRUE(shift) << shift.error().message;
  EXPECT_NEAR(shift->x, 14, 1);
  EXPECT_NEAR(shift->y, -9, 1);
}

// The first picture lies at one end of where parts lie: from there the other end would be out of reach.
TEST(Alignment, TheReferenceLiesInTheMiddle) {
  test::TempFolder folder;
  std::vector<std::filesystem::path> files;
  unsigned seed = 1;
  for (const int dx : {-24, 24, -12, 2, 12}) {
    files.push_back(folder / (std::to_string(dx) + ".png"));
    ASSERT_TRUE(write_file_atomically(files.back(), *imaging::encode_png(part_at(dx, 0, seed++))));
  }
  const auto reference = choose_reference(files, {});
  ASSERT_TRUE(reference) << reference.error().message;
  imaging::Preprocessing preprocessing = aligned_with(part_at(0, 0, 1));
  preprocessing.alignment_reference = std::make_shared<const Image>(*reference);
  for (const int dx : {-24, 24}) {
    const auto shift = find_shift(part_at(dx, 0, 9), preprocessing);
    ASSERT_TRUE(shift) << shift.error().message;
    EXPECT_NEAR(shift->x, dx - 2, 1.5);
  }
}

TEST(Alignment, WhatCannotBeAlignedIsAnError) {
  const auto preprocessing = aligned_with(part_at(0, 0, 1));
  EXPECT_EQ(find_shift(part_at(45, 0, 2), preprocessing).error().code, ErrorCode::invalid_argument);
  Image noise({200, 160}, 1);
  unsigned state = 7;
  for (int y = 0; y < 160; ++y) {
    for (auto& pixel : noise.row_u8(y))
      pixel = static_cast<std::uint8_t>((state = state * 1664525u + 1013904223u) >> 24);
  }
  EXPECT_NE(find_shift(noise, preprocessing).error().message.find("cannot be aligned"), std::string::npos);
}

TEST(Alignment, BackAndForthIsWhereItWas) {
  FloatMap map{{4, 1}, {1, 2, 3, 4}};
  EXPECT_EQ(undo_alignment(map, {1, 0}).values, (std::vector<float>{1, 1, 2, 3}));
}

void add(dataset::Dataset& data, const std::filesystem::path& folder, dataset::Sample sample, const Image& image) {
  sample.part = sample.name;
  sample.image = folder / sample.name;
  sample.split = dataset::Split::train;
  EXPECT_TRUE(write_file_atomically(sample.image, *imaging::encode_png(image)));
  data.samples.push_back(std::move(sample));
}

// Parts that lie at other places from picture to picture.
dataset::Dataset moving_parts(const std::filesystem::path& folder) {
  dataset::Dataset data;
  for (unsigned i = 0; i < 12; ++i) {
    dataset::Sample sample;
    sample.name = "part_" + std::to_string(i) + ".png";
    sample.label = Label::good;
    sample.class_name = "good";
    add(data, folder, sample, part_at(static_cast<int>(i * 7 % 25) - 12, static_cast<int>(i * 5 % 17) - 8, i));
  }
  return data;
}

TrainConfig quick() {
  TrainConfig config;
  config.members = {{128}};
  config.bank_size = 300;
  return config;
}

TEST(Alignment, ADefectIsReportedWhereItWasSeen) {
  LINEGUARD_NEEDS(test::deps() / "backbone");
  test::TempFolder folder;
  const dataset::Dataset data = moving_parts(folder.path());
  TrainConfig config = quick();
  config.align_shift = 0.15;
  const auto report = train(data, config, folder / "model");
  ASSERT_TRUE(report) << report.error().message;
  const auto detector = Detector::load(folder / "model");
  ASSERT_TRUE(detector) << detector.error().message;
  Image bad = part_at(8, 2, 50);
  for (int y = 94; y < 120; ++y) {
    for (std::size_t x = 124; x < 152; ++x) bad.row_u8(y)[x] = 255;
  }
  const auto prediction = (*detector)->predict_image(bad, {.want_map = true});
  ASSERT_TRUE(prediction) << prediction.error().message;
  EXPECT_EQ(prediction->label, Label::defective);
  ASSERT_FALSE(prediction->regions.empty());
  const Box& box = prediction->regions[0].box;
  EXPECT_LT(box.x, 138);
  EXPECT_GT(box.x + box.width, 138);
  EXPECT_LT(box.y, 107);
  EXPECT_GT(box.y + box.height, 107);
  EXPECT_EQ((*detector)->predict_image(Image({200, 160}, 1), {}).error().code, ErrorCode::invalid_argument);
}

// A bright stain at one of several places of the part, drawn where the picture has it.
TEST(Alignment, LabelsStayWithThePart) {
  LINEGUARD_NEEDS(test::deps() / "backbone");
  test::TempFolder folder;
  dataset::Dataset data = moving_parts(folder.path());
  const auto stained = [](int dx, int dy, unsigned seed, Box& box) {
    Image image = part_at(dx, dy, seed);
    box = {60.0 + seed * 13 % 60 + dx, 50.0 + seed * 29 % 40 + dy, 20, 16};
    for (int y = 0; y < 16; ++y) {
      for (int x = 0; x < 20; ++x)
        image.row_u8(static_cast<int>(box.y) + y)[static_cast<std::size_t>(box.x) + static_cast<std::size_t>(x)] = 255;
    }
    return image;
  };
  for (unsigned i = 0; i < 24; ++i) {
    dataset::Sample sample;
    sample.name = "stain_" + std::to_string(i) + ".png";
    sample.label = Label::defective;
    sample.class_name = "stain";
    Box box;
    const Image image = stained(static_cast<int>(i * 11 % 37) - 18, static_cast<int>(i * 7 % 29) - 14, 100 + i, box);
    sample.boxes.push_back({box, "stain", {}});
    add(data, folder.path(), sample, image);
  }
  TrainConfig config = quick();
  config.align_shift = 0.2;
  config.labels = Labels::use;
  const auto report = train(data, config, folder / "model");
  ASSERT_TRUE(report) << report.error().message;
  const auto detector = Detector::load(folder / "model");
  ASSERT_TRUE(detector);
  Box truth;
  const auto prediction = (*detector)->predict_image(stained(16, -12, 207, truth), {});
  ASSERT_TRUE(prediction && !prediction->regions.empty());
  const Box& box = prediction->regions[0].box;
  EXPECT_NEAR(box.x + box.width / 2, truth.x + 10, 8);
  EXPECT_NEAR(box.y + box.height / 2, truth.y + 8, 8);
}

}  // namespace
}  // namespace lineguard::training
