// The graph against our own arithmetic, which calibrates what the graph decides.
#include "temp_folder.h"
#include "test_data.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <lineguard/detector/labelled_map.h>
#include <lineguard/detector/map_score.h>
#include <lineguard/detector/mixture.h>
#include <lineguard/features/backbone.h>
#include <lineguard/features/installed_backbone.h>
#include <lineguard/features/preprocess.h>
#include <lineguard/imaging/transform.h>
#include <lineguard/infer/network.h>

namespace lineguard::detector {
using namespace features;
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
  explicit Graphs(imaging::Preprocessing preprocessing, FeatureLayout layout = {kSide, kGrid, 3, true, {}, {}})
      : preprocessing_(std::move(preprocessing)), layout_(std::move(layout)) {
    layout_.brightness = preprocessing_.brightness;
  }

  Result<FeatureExtractor> extractor() const {
    Backbone backbone;
    LINEGUARD_ASSIGN(backbone.file, find_installed_backbone());
    LINEGUARD_TRY(write_feature_graph(backbone, layout_, features_));
    return FeatureExtractor::load(features_, preprocessing_, 1);
  }

  void expect_answer(const Head& head, const Image& seen, const MapScore& defined,
                     const std::optional<Brightness>& brightness = {},
                     const std::optional<LabelledHead>& labelled = {}) const {
    const Mixture one{{{0, head, {}, {}}}, head.grid_cells, brightness};
    ASSERT_TRUE(write_detector_graph({features_}, one, labelled, network_));
    const auto loaded = infer::Network::load(network_, {});
    ASSERT_TRUE(loaded) << loaded.error().message;
    const auto answer = loaded->run(prepare_tile(seen, preprocessing_), tile_shape(preprocessing_));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_NEAR((*answer)[1].values[0], defined.score, 1e-3 * defined.score);
    ASSERT_EQ((*answer)[0].values.size(), defined.map.size());
    for (std::size_t cell = 0; cell < defined.map.size(); ++cell)
      EXPECT_NEAR((*answer)[0].values[cell], defined.map[cell], 1e-3 * std::abs(defined.map[cell])) << cell;
  }

 private:
  imaging::Preprocessing preprocessing_;
  FeatureLayout layout_;
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
  Brightness brightness = fit_brightness(profiles);
  brightness.weight = 3;
  brightness.usual = 0.5;
  MapScore defined = score_distances(head, plain);
  const double patches_alone = defined.score;
  add_brightness(brightness, brightness_distances(brightness, extracted->brightness.values), kGrid, defined);
  EXPECT_GT(defined.score, patches_alone + 3);  // a third in half the light is far from the others
  graphs.expect_answer(head, seen, defined, brightness);
}

// A network of fixed noise: what it says does not matter here, but that graph and calibration join it alike.
Mlp noisy_network(std::size_t inputs) {
  std::mt19937_64 random(5);
  const auto fill = [&random](auto& values, float scale) {
    for (float& value : values) value = scale * (static_cast<float>(random() % 2001) / 1000 - 1);
  };
  Mlp network{Matrix(inputs, 8), std::vector<float>(8), Matrix(8, 2), {0.5F, -0.5F}};
  fill(network.first.values, 0.2F);
  fill(network.first_bias, 0.2F);
  fill(network.second.values, 1);
  return network;
}

TEST(DetectorGraph, JoinsLabelledCellsAndDistancesAsCalibrationDoes) {
  LINEGUARD_NEEDS(test::deps() / "backbone");
  FeatureLayout layout{kSide, kGrid, 3, true, {}, {}};
  layout.dense_taps = {"tap16"};
  layout.dense_cells = 2 * kGrid;
  const Graphs graphs({.input_px = kSide}, layout);
  const auto extractor = graphs.extractor();
  ASSERT_TRUE(extractor) << extractor.error().message;
  Head head;
  head.grid_cells = kGrid;
  head.bank = fit_bank(extractor->extract(noisy(1))->patches, {.size = 20});
  const auto seen = extractor->extract_all(prepare_tile(noisy(77), {.input_px = kSide}));
  ASSERT_TRUE(seen) << seen.error().message;
  LabelledHead labelled;
  labelled.dense_cells = layout.dense_cells;
  labelled.reach_cells = 1;
  labelled.patch = noisy_network(seen->dense.columns);
  MapScore defined = score_patches(head, seen->patches);
  const auto distances = imaging::resize_map({{kGrid, kGrid}, defined.map}, {2 * kGrid, 2 * kGrid}).values;
  const Matrix outputs = labelled.patch->apply(seen->dense);
  std::vector<float> logits;
  for (std::size_t cell = 0; cell < outputs.rows; ++cell) logits.push_back(outputs.row(cell)[1] - outputs.row(cell)[0]);
  const auto middle = [](std::vector<float> values) {
    std::ranges::nth_element(values, values.begin() + std::ssize(values) * 9 / 10);
    return static_cast<double>(values[values.size() * 9 / 10]);
  };
  labelled.cell_level = middle(logits);
  labelled.cell_fusion = {-1, 0.5, 0.3};
  labelled.map_floor = {middle(distances), middle(fused_cells(labelled.cell_fusion, logits, distances)), 0.5};
  labelled.fusion = {100, 1, 0, 0, 0};
  labelled.score_floor = {0, 0, 0};
  defined.score += 100;
  defined.map = joined_map(labelled, logits, distances);
  EXPECT_GT(std::ranges::max(defined.map), labelled.map_floor.level);
  graphs.expect_answer(head, noisy(77), defined, {}, labelled);
}

// Two sizes and, of the finer one, two banks: one graph, whose answer is the mean of the members' on one scale.
TEST(DetectorGraph, GivesTheMeanOfItsMembers) {
  LINEGUARD_NEEDS(test::deps() / "backbone");
  test::TempFolder folder;
  imaging::Preprocessing preprocessing{.input_px = 128};
  preprocessing.further_inputs.push_back({kSide, imaging::Lighting::local_contrast});
  Backbone backbone;
  backbone.file = *find_installed_backbone();
  const Image seen = noisy(77);
  Mixture mixture;
  mixture.grid_cells = 128 / 16;
  std::vector<std::filesystem::path> features;
  std::vector<MapScore> of_members;
  for (std::size_t input = 0; input < input_count(preprocessing); ++input) {
    const imaging::Preprocessing one = of_input(preprocessing, input);
    const int grid = one.input_px / 16;
    features.push_back(folder / fmt::format("features_{}.xml", input));
    ASSERT_TRUE(write_feature_graph(backbone, {one.input_px, grid, 3, true, {}, {}}, features.back()));
    const auto extractor = FeatureExtractor::load(features.back(), one, 1);
    ASSERT_TRUE(extractor) << extractor.error().message;
    Matrix good;
    for (std::uint64_t seed = 0; seed < 3; ++seed) append_rows(good, extractor->extract(noisy(seed))->patches);
    for (const double whitening : {0.0, 0.1}) {
      if (whitening > 0 && input > 0) continue;
      Member member{input, {}, {5, 0.5 + whitening}, {4, 2}};
      member.head.grid_cells = grid;
      member.head.bank = fit_bank(good, {.size = 40, .whitening_shrinkage = whitening});
      of_members.push_back(score_patches(member.head, extractor->extract(seen)->patches));
      mixture.members.push_back(std::move(member));
    }
  }
  ASSERT_TRUE(write_detector_graph(features, mixture, {}, folder / "network.xml"));
  const auto network = infer::Network::load(folder / "network.xml", {});
  ASSERT_TRUE(network) << network.error().message;
  const auto answer = network->run(prepare_tile(seen, preprocessing), tile_shape(preprocessing));
  ASSERT_TRUE(answer) << answer.error().message;
  const MapScore defined = mix(mixture, of_members);
  EXPECT_NEAR((*answer)[1].values[0], defined.score, 1e-3 * std::abs(defined.score));
  ASSERT_EQ((*answer)[0].values.size(), defined.map.size());
  for (std::size_t cell = 0; cell < defined.map.size(); ++cell)
    EXPECT_NEAR((*answer)[0].values[cell], defined.map[cell], 2e-3 * (1 + std::abs(defined.map[cell]))) << cell;
}

TEST(Scale, OfPicturesThatAreAllAlikeIsFinite) {
  const Scale scale = fit_scale({2, 2, 2});
  EXPECT_EQ(scale.at(2), 0);
  EXPECT_GT(scale.at(3), 100);
  EXPECT_TRUE(std::isfinite(fit_scale({0}).at(1)));
}

}  // namespace
}  // namespace lineguard::detector
