#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include <lineguard/detector/brightness.h>
#include <lineguard/detector/map_score.h>
#include <lineguard/features/preprocess.h>

namespace lineguard::detector {
using namespace features;
namespace {

constexpr std::size_t kAreas = 36;

// The logarithms that the feature graph makes of a tile's last row.
std::vector<float> profile_of(const Image& image) {
  imaging::Preprocessing preprocessing{.input_px = 96, .lighting = imaging::Lighting::local_contrast};
  preprocessing.brightness = true;
  const auto tile = prepare_tile(image, preprocessing);
  EXPECT_EQ(tile.size(), 97U * 96 * 3);
  std::vector<float> logarithms;
  float mean = 0;
  for (std::size_t area = 0; area < kAreas; ++area) {
    const std::uint8_t* level = tile.data() + std::size_t{96} * 96 * 3 + 2 * area;
    logarithms.push_back(std::log(static_cast<float>(level[0]) + static_cast<float>(level[1]) / 256 + 5));
    mean += logarithms.back() / kAreas;
  }
  for (float& value : logarithms) value -= mean;
  return logarithms;
}

// Brighter towards the right; `lamp` and the shadow on the lower left quarter are factors.
Image shaded(std::uint64_t seed, double lamp = 1, double shadow = 1) {
  std::mt19937_64 random(seed);
  Image image({120, 120}, 1);
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 120; ++x) {
      const double light = lamp * (x < 60 && y >= 60 ? shadow : 1);
      const double level = light * (90 + 0.5 * x) + static_cast<double>(random() % 9);
      image.row_u8(y)[static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(std::min(255.0, level));
    }
  }
  return image;
}

class BrightnessOfParts : public ::testing::Test {
 protected:
  BrightnessOfParts() {
    Matrix profiles;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const auto profile = profile_of(shaded(seed, 1, 1 + 0.002 * static_cast<double>(seed)));
      Matrix row(1, kAreas);
      row.values = profile;
      append_rows(profiles, row);
    }
    fitted_ = fit_brightness(profiles);
  }
  double highest(const Image& image) const {
    return std::ranges::max(brightness_distances(fitted_, profile_of(image)));
  }
  Brightness fitted_;
};

TEST_F(BrightnessOfParts, AShadowOnAQuarterIsFarAnotherLampIsNot) {
  const double good = highest(shaded(50));
  EXPECT_LT(good, 1);
  EXPECT_LT(highest(shaded(51, 0.8)), 1.5);
  EXPECT_LT(highest(shaded(52, 1.2)), 1.5);
  EXPECT_GT(highest(shaded(53, 1, 0.8)), 4);
}

TEST_F(BrightnessOfParts, CountsInTheScoreAndWhereItIsUnusualOnTheMap) {
  fitted_.weight = 2;
  fitted_.usual = 1;
  const auto distances = brightness_distances(fitted_, profile_of(shaded(53, 1, 0.7)));
  MapScore scored{std::vector<float>(36), 10};
  add_brightness(fitted_, distances, 6, scored);
  EXPECT_NEAR(scored.score, 10 + 2 * std::ranges::max(distances), 1e-4);
  // In the shadow; beside it areas are brighter than the mean that the shadow lowers.
  EXPECT_GT(scored.map[4 * 6 + 1], 2 * scored.map[2 * 6 + 4]);
  MapScore good{std::vector<float>(36), 10};
  add_brightness(fitted_, brightness_distances(fitted_, profile_of(shaded(54))), 6, good);
  EXPECT_EQ(good.map, std::vector<float>(36));
}

TEST(WeighBrightness, ByTheSpreadOfGoodParts) {
  Brightness brightness;
  weigh_brightness({10, 12, 14, 16, 18}, {1, 2, 3, 4, 9}, 0.5, brightness);
  EXPECT_DOUBLE_EQ(brightness.weight, 0.5 * (16 - 12) / (4 - 2));
  EXPECT_EQ(brightness.usual, 4);
  weigh_brightness({10, 12}, {1, 1}, 0.5, brightness);
  EXPECT_EQ(brightness.weight, 0);
}

TEST(SmoothedMap, KeepsACellThatStrikesAndSpreadsWhatIsUsual) {
  Head head;
  head.grid_cells = 9;
  head.smoothing_cells = 1;
  head.levels = MapLevels{10, 14};
  std::vector<float> map(81, 10);
  map[40] = 60;
  const MapScore striking = score_distances(head, {map, map});
  EXPECT_NEAR(striking.map[40], 60, 1e-3);  // smoothed alike everywhere it would be 18
  map[40] = 11;
  const MapScore faint = score_distances(head, {map, map});
  EXPECT_LT(faint.map[40], 10.2);
  EXPECT_GT(faint.map[38], 10.005);  // two cells away
}

TEST(PlaceWeights, AreLowWhereGoodPartsHardlyDiffer) {
  Head head;
  head.grid_cells = 8;
  head.smoothing_cells = 0;
  std::vector<float> map(64, 4);
  std::fill(map.begin(), map.begin() + 32, 16.0F);
  const auto weights = fit_place_weights(head, {&map, &map});
  EXPECT_NEAR(weights[0] / weights[63], std::pow(4.0, 0.3), 1e-4);
  const std::vector<float> nothing(64, 0);
  EXPECT_EQ(fit_place_weights(head, {&nothing}), std::vector<float>(64, 1));
}

}  // namespace
}  // namespace lineguard::detector
