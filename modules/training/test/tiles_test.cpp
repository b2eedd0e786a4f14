// Tiles of large pictures, and 16-bit windows.
#include "temp_folder.h"
#include "test_data.h"
#include "vocabulary.h"

#include <cmath>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/detector/detector.h>
#include <lineguard/features/picture_facts.h>
#include <lineguard/features/tiles.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/training/train.h>

namespace lineguard::training {
namespace {

TEST(Tiles, CoverThePictureAndOverlapEnough) {
  const imaging::Preprocessing preprocessing{.input_px = 64, .tile_px = 100, .tile_overlap = 0.25};
  const auto tiles = lay_tiles(preprocessing, {250, 100});
  ASSERT_EQ(tiles.size(), 3u);
  EXPECT_EQ(tiles[0].x, 0);
  EXPECT_EQ(tiles[1].x, 75);
  EXPECT_EQ(tiles[2].x, 150);
  EXPECT_EQ(lay_tiles(preprocessing, {90, 80}).size(), 1u);
  EXPECT_EQ(lay_tiles({.input_px = 64}, {5000, 4000}).size(), 1u);
}

TEST(Tiles, StayInsideTheRegionOfInterest) {
  imaging::Preprocessing preprocessing{.input_px = 64, .tile_px = 100};
  preprocessing.roi = Box{0.5, 0.5, 0.5, 0.5};
  for (const PixelRect& tile : lay_tiles(preprocessing, {1000, 800})) {
    EXPECT_GE(tile.x, 500);
    EXPECT_GE(tile.y, 400);
    EXPECT_LE(tile.x + tile.size.width_px, 1000);
    EXPECT_LE(tile.y + tile.size.height_px, 800);
  }
}

TEST(Tiles, TheHighestValueCountsWhereTheyOverlap) {
  const std::vector<PixelRect> tiles{{0, 0, {40, 40}}, {20, 0, {40, 40}}};  // cells of 10 pixels
  std::vector<std::vector<float>> maps(2, std::vector<float>(16, 1));
  maps[0][2] = 5;  // pixels 20 to 30: the second tile's first cell
  maps[1][3] = 7;  // pixels 50 to 60
  const FloatMap merged = merge_tiles(tiles, maps, {0, 0, {60, 40}});
  EXPECT_EQ(merged.size, (Size{6, 4}));
  EXPECT_EQ(merged.at(2, 0), 5);
  EXPECT_EQ(merged.at(5, 0), 7);
  EXPECT_EQ(merged.at(3, 3), 1);
}

// A fine weave, large enough that a scratch of ten pixels is nothing in it.
Image large_part(unsigned seed, int side) {
  Image image({side, side}, 1);
  unsigned state = seed * 2654435761u + 1;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      state = state * 1664525u + 1013904223u;
      image.row_u8(y)[static_cast<std::size_t>(x)] =
          static_cast<std::uint8_t>(120 + 20 * std::sin(x * 0.6) * std::cos(y * 0.5) + (state >> 24) % 8);
    }
  }
  return image;
}

class TiledTrain : public ::testing::Test {
 protected:
  void SetUp() override { LINEGUARD_NEEDS(test::deps() / "backbone"); }
  void add(const Image& image) {
    dataset::Sample sample;
    sample.name = sample.part = "part_" + std::to_string(dataset_.samples.size()) + ".png";
    sample.image = folder_ / sample.name;
    sample.label = Label::good;
    sample.class_name = "good";
    sample.split = dataset::Split::train;
    ASSERT_TRUE(write_file_atomically(sample.image, *imaging::encode_png(image)));
    dataset_.samples.push_back(sample);
  }
  test::TempFolder folder_;
  dataset::Dataset dataset_;
  TrainConfig config_;
};

TEST_F(TiledTrain, AScratchOfTenPixelsInALargePictureIsFound) {
  for (unsigned i = 0; i < 8; ++i) add(large_part(i, 1200));
  config_.bank_size = 300;
  config_.members = {{128}};
  config_.tile_px = 160;
  const auto report = train(dataset_, config_, folder_ / "tiled");
  ASSERT_TRUE(report) << report.error().message;
  Image scratched = large_part(99, 1200);
  for (int i = 0; i < 10; ++i) {
    for (int wide = 0; wide < 3; ++wide) scratched.row_u8(700 + i)[static_cast<std::size_t>(400 + i + wide)] = 250;
  }
  const auto tiled = Detector::load(folder_ / "tiled");
  ASSERT_TRUE(tiled) << tiled.error().message;
  const auto found = (*tiled)->predict_image(scratched, {.want_map = true});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->label, Label::defective);
  ASSERT_FALSE(found->regions.empty());
  const Box& box = found->regions[0].box;
  EXPECT_LT(box.x, 405);
  EXPECT_GT(box.x + box.width, 405);
  EXPECT_LT(box.y, 705);
  EXPECT_GT(box.y + box.height, 705);
  EXPECT_EQ(found->map->size, scratched.size());
  EXPECT_EQ((*tiled)->predict_image(large_part(98, 1200), {})->label, Label::good);
}

TEST_F(TiledTrain, SixteenBitPicturesGetAWindowOfTheirOwn) {
  for (unsigned i = 0; i < 6; ++i) {
    const Image narrow = large_part(i, 96);
    Image wide({96, 96}, 1, PixelDepth::u16);
    for (int y = 0; y < 96; ++y) {
      for (std::size_t x = 0; x < 96; ++x)
        wide.row_u16(y)[x] = static_cast<std::uint16_t>(1000 + 10 * narrow.row_u8(y)[x]);
    }
    add(wide);
  }
  config_.members = {{96}};
  config_.bank_size = 50;
  const auto report = train(dataset_, config_, folder_ / "model");
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_FALSE(report->warnings.empty());
  const auto manifest = package::read_manifest(folder_ / "model");
  EXPECT_GT(manifest->preprocessing.window.low, 1500);
  EXPECT_LT(manifest->preprocessing.window.high, 3000);
  const auto resolved = load_train_config(folder_ / "model" / "training.toml");
  EXPECT_EQ(resolved->window, manifest->preprocessing.window);

  // The same part in 8 bits would be black in that window.
  EXPECT_EQ(manifest->preprocessing.depth_bits, 16);
  auto detector = Detector::load(folder_ / "model");
  ASSERT_TRUE(detector) << detector.error().message;
  const auto narrow = (*detector)->predict_image(large_part(7, 96), {});
  ASSERT_FALSE(narrow);
  EXPECT_EQ(narrow.error().message, "the picture has 8 bits a channel, the model learned from pictures of 16");
}

}  // namespace
}  // namespace lineguard::training
