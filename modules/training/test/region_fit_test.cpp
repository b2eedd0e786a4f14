#include "labels/region_fit.h"

#include "vocabulary.h"

#include <cmath>

#include <gtest/gtest.h>

#include <lineguard/detector/regions.h>

namespace lineguard::training {
namespace {

// 32 x 32 cells of 8 pixels, a hill of log odds with its top in the middle of the box.
BoxedMap hill(double x_px, double y_px, double box_px) {
  BoxedMap picture{{{32, 32}, std::vector<float>(32 * 32, -10)}, {0, 0, {256, 256}}, {}};
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      const double away = std::hypot(8 * x + 4 - x_px, 8 * y + 4 - y_px);
      picture.map.values[static_cast<std::size_t>(32 * y + x)] = static_cast<float>(10 - away / 4);
    }
  }
  picture.truth.push_back({x_px - box_px / 2, y_px - box_px / 2, box_px, box_px});
  return picture;
}

TEST(RegionFit, LearnsHowLargePeopleDrawBoxes) {
  std::vector<BoxedMap> pictures;
  for (int i = 0; i < 40; ++i) pictures.push_back(hill(80 + 2 * i, 90 + i, 30));
  const RegionFit fit = fit_regions(pictures, 0, 2);
  EXPECT_GT(fit.quality, 0.8);
  const auto regions = find_regions(pictures[7].map, pictures[7].area, {fit.inside, fit.inside, fit.size_factor});
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_NEAR(regions[0].box.width, 30, 3);
  EXPECT_NEAR(regions[0].box.height, 30, 3);
}

TEST(RegionFit, LeavesTheLevelWithFewBoxes) {
  const RegionFit fit = fit_regions({hill(100, 100, 30)}, 1.5, 1);
  EXPECT_EQ(fit.inside, 1.5);
  EXPECT_EQ(fit.size_factor, 1);
  EXPECT_EQ(fit_regions({}, 1.5, 1).inside, 1.5);
}

TEST(RegionFit, ScaledBoxesStayInsideTheirArea) {
  const BoxedMap picture = hill(10, 128, 30);
  const auto regions = find_regions(picture.map, picture.area, {0, 0, 2});
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_GE(regions[0].box.x, 0);
  for (const Point& corner : regions[0].polygon) EXPECT_GE(corner.x, 0);
}

}  // namespace
}  // namespace lineguard::training
