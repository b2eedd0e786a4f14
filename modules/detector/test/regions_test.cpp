#include <gtest/gtest.h>

#include <lineguard/detector/regions.h>

namespace lineguard::detector {
using namespace features;
namespace {

FloatMap flat_map(int side) {
  return {{side, side}, std::vector<float>(static_cast<std::size_t>(side) * side)};
}

TEST(Regions, OneHotCellBecomesOneBoxAtItsPlace) {
  FloatMap map = flat_map(16);
  map.values[4 * 16 + 8] = 10;
  const auto regions = find_regions(map, {0, 0, {320, 160}}, {1, 5});
  ASSERT_EQ(regions.size(), 1u);
  const Box& box = regions[0].box;
  EXPECT_NEAR(box.x + box.width / 2, 8.5 * 320 / 16, 2);
  EXPECT_NEAR(box.y + box.height / 2, 4.5 * 160 / 16, 2);
  EXPECT_GT(regions[0].score, 5);
  EXPECT_GE(regions[0].polygon.size(), 3u);
}

TEST(Regions, ASpeckBelowThePeakIsNotReported) {
  FloatMap map = flat_map(16);
  map.values[20] = 4;
  EXPECT_TRUE(find_regions(map, {0, 0, {256, 256}}, {1, 5}).empty());
}

TEST(Regions, ACellMustBeAboveThePeakNotAtIt) {
  FloatMap map = flat_map(16);
  for (const std::size_t cell : {100, 101, 116, 117}) map.values[cell] = 5;
  EXPECT_TRUE(find_regions(map, {0, 0, {256, 256}}, {1, 5}).empty());
  for (const std::size_t cell : {100, 101, 116, 117}) map.values[cell] = 5.001F;
  EXPECT_EQ(find_regions(map, {0, 0, {256, 256}}, {1, 5}).size(), 1u);
}

TEST(Regions, ScoresBelowZeroAreReportedAsTheyAre) {
  FloatMap map = flat_map(16);
  for (float& value : map.values) value = -9;
  for (const std::size_t cell : {100, 101, 116, 117}) map.values[cell] = -1;
  const auto regions = find_regions(map, {0, 0, {256, 256}}, {-5, -3});
  ASSERT_EQ(regions.size(), 1u);
  EXPECT_NEAR(regions[0].score, -1, 0.5);
}

TEST(Regions, TheHighestPlaceIsAroundTheHighestCellWhateverTheLevels) {
  FloatMap map = flat_map(16);
  for (float& value : map.values) value = -9;
  map.values[4 * 16 + 8] = -1;
  map.values[12 * 16 + 2] = -2;
  const Region place = highest_place(map, {0, 0, {320, 160}}, 1);
  EXPECT_NEAR(place.box.x + place.box.width / 2, 8.5 * 320 / 16, 2);
  EXPECT_NEAR(place.box.y + place.box.height / 2, 4.5 * 160 / 16, 2);
  EXPECT_LT(place.box.width, 2 * 320 / 16);
}

TEST(Regions, TheHighestPlaceOfAFlatMapIsAllOfIt) {
  const Region place = highest_place(flat_map(16), {10, 20, {100, 50}}, 1);
  EXPECT_EQ(place.box, (Box{10, 20, 100, 50}));
  EXPECT_EQ(place.score, 0);
}

TEST(Regions, StayInsideThePictureAndTheWorstComesFirst) {
  FloatMap map = flat_map(16);
  map.values[0] = 8;
  map.values[16 * 16 - 1] = 9;
  const auto regions = find_regions(map, {10, 20, {100, 50}}, {1, 5});
  ASSERT_EQ(regions.size(), 2u);
  EXPECT_GT(regions[0].score, regions[1].score);
  for (const Region& region : regions) {
    EXPECT_GE(region.box.x, 10);
    EXPECT_GE(region.box.y, 20);
    EXPECT_LE(region.box.x + region.box.width, 110.001);
    EXPECT_LE(region.box.y + region.box.height, 70.001);
  }
}

TEST(Regions, TheMapIsZeroOutsideTheRegionOfInterest) {
  FloatMap map = flat_map(4);
  for (float& value : map.values) value = 3;
  const FloatMap whole = spread_over_picture(map, {2, 1, {4, 4}}, {8, 8});
  EXPECT_EQ(whole.at(0, 0), 0);
  EXPECT_EQ(whole.at(2, 1), 3);
  EXPECT_EQ(whole.at(5, 4), 3);
  EXPECT_EQ(whole.at(6, 4), 0);
}

}  // namespace
}  // namespace lineguard::detector
