// The graph against our own arithmetic, which calibrates what the graph decides.
#include "graph.h"

#include "installed_backbone.h"
#include "map_score.h"
#include "preprocess.h"
#include "temp_folder.h"
#include "test_data.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include <lineguard/infer/network.h>

namespace lineguard::detector {
namespace {

constexpr int kSide = 96, kGrid = 6;

Image noisy(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Image image({kSide, kSide}, 1);
  for (std::byte& byte : image.bytes()) byte = static_cast<std::byte>(100 + random() % 60);
  return image;
}

// The two graphs of one way to prepare pictures, in a folder of their own.
class Graphs {
 public:
  explicit Graphs(package::Preprocessing preprocessing) : preprocessing_(std::move(preprocessing)) {}

  Result<FeatureExtractor> extractor() const {
    Backbone backbone;
    LINEGUARD_ASSIGN(backbone.file, find_installed_backbone());
    FeatureLayout layout{kSide, kGrid, 3, true, {}, {}};
    layout.brightness = preprocessing_.brightness;
    LINEGUARD_TRY(write_feature_graph(backbone, layout, features_));
    return FeatureExtractor::load(features_, preprocessing_, 1);
  }

  void expect_answer(const Head& head, const Image& seen, const MapScore& defined) const {
    ASSERT_TRUE(write_detector_graph(features_, head, {}, network_));
    const auto loaded = infer::Network::load(network_, {});
    ASSERT_TRUE(loaded) << loaded.error().message;
    const auto answer = loaded->run(prepare_tile(seen, preprocessing_), tile_shape(preprocessing_));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_NEAR((*answer)[1].values[0], defined.score, 1e-3 * defined.score);
    ASSERT_EQ((*answer)[0].values.size(), defined.map.size());
    for (std::size_t cell = 0; cell < defined.map.size(); ++cell)
      EXPECT_NEAR((*answer)[0].values[cell], defined.map[cell], 1e-3 * defined.map[cell]) << cell;
  }

 private:
  package::Preprocessing preprocessing_;
  test::TempFolder folder_;
  std::filesystem::path features_ = folder_ / "features.xml", network_ = folder_ / "network.xml";
};

struct Looks {
  int rows, shares, nearest;
};

class DetectorGraph : public ::testing::TestWithParam<Looks> {};

TEST_P(DetectorGraph, GivesTheMapAndTheScoreOfItsDefinition) {
  LINEGUARD_NEEDS(test::deps() / "backbone");
  const Graphs graphs({.input_px = kSide});
  const auto extractor = graphs.extractor();
  ASSERT_TRUE(extractor) << extractor.error().message;
  Matrix good;
  for (std::uint64_t seed = 0; seed < 3; ++seed) append_rows(good, extractor->extract(noisy(seed))->patches);
  Head head;
  head.grid_cells = kGrid;
  head.smoothing_cells = 0.7;
  head.top_cells = 2;
  head.bank = fit_bank(good, {.size = GetParam().rows, .nearest = GetParam().nearest, .shares = GetParam().shares});
  const Image seen = noisy(77);
  graphs.expect_answer(head, seen, score_patches(head, extractor->extract(seen)->patches));
}

// Shares of equal and of unequal length, more of them than rows, and beside several nearest.
INSTANTIATE_TEST_SUITE_P(Looks, DetectorGraph,
                         ::testing::Values(Looks{60, 1, 1}, Looks{60, 6, 1}, Looks{61, 6, 1}, Looks{7, 3, 2},
                                           Looks{4, 6, 1}, Looks{50, 7, 9}, Looks{30, 1, 3}));

// What the lamp, the place and a striking cell add: brightness of a picture whose lighting is evened out for patches.
TEST(DetectorGraph, JoinsBrightnessPlacesAndLevelsAsCalibrationDoes) {
  LINEGUARD_NEEDS(test::deps() / "backbone");
  const Graphs graphs({.input_px = kSide, .lighting = imaging::Lighting::local_contrast, .brightness = true});
  const auto extractor = graphs.extractor();
  ASSERT_TRUE(extractor) << extractor.error().message;
  Matrix good, profiles;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const auto seen = extractor->extract(noisy(seed));
    ASSERT_TRUE(seen);
    append_rows(good, seen->patches);
    append_rows(profiles, seen->brightness);
  }
  Head head;
  head.grid_cells = kGrid;
  head.bank = fit_bank(good, {.size = 40, .shares = 3});
  Image seen = noisy(77);
  for (int y = 0; y < kSide / 3; ++y) {
    for (auto& level : seen.row_u8(y)) level /= 2;
  }
  const auto extracted = extractor->extract(seen);
  const Distances plain = distances_to(head.bank, extracted->patches);
  const auto [low, high] = std::ranges::minmax(plain.for_map);
  head.levels = MapLevels{low + (high - low) / 4, high - (high - low) / 4};  // some cells usual, some striking
  for (int cell = 0; cell < kGrid * kGrid; ++cell)
    head.place_weights.push_back(0.8F + 0.01F * static_cast<float>(cell));
  head.brightness = fit_brightness(profiles);
  head.brightness->weight = 3;
  head.brightness->usual = 0.5;
  MapScore defined = score_distances(head, plain);
  const double patches_alone = defined.score;
  add_brightness(*head.brightness, brightness_distances(*head.brightness, extracted->brightness.values), kGrid,
                 defined);
  EXPECT_GT(defined.score, patches_alone + 3);  // a third in half the light is far from the others
  graphs.expect_answer(head, seen, defined);
}

}  // namespace
}  // namespace lineguard::detector
