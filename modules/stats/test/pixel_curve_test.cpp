#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <lineguard/stats/pixel_curve.h>
#include <lineguard/stats/roc.h>

namespace lineguard::stats {
namespace {

using Mask = std::vector<std::uint8_t>;

TEST(PixelCurve, PerfectMapGivesOne) {
  PixelCurve curve;
  ASSERT_TRUE(curve.add(FloatMap{{4, 1}, {0.1f, 0.2f, 0.9f, 0.8f}}, Mask{0, 0, 1, 255}));
  EXPECT_DOUBLE_EQ(*curve.auroc(), 1);
  EXPECT_DOUBLE_EQ(*curve.aupro(), 1);
  EXPECT_EQ(curve.regions(), 1u);
}

TEST(PixelCurve, AgreesWithExactRankingOfTheSamePixels) {
  std::mt19937_64 random(3);
  FloatMap map{{64, 64}, {}};
  Mask mask;
  std::vector<double> good, defective;
  for (int i = 0; i < 64 * 64; ++i) {
    const bool defect = i % 64 > 50;
    const float value = static_cast<float>(random() % 100000) / 50000.0f - 1 + (defect ? 0.4f : 0);
    map.values.push_back(value);
    mask.push_back(defect);
    (defect ? defective : good).push_back(value);
  }
  PixelCurve curve;
  ASSERT_TRUE(curve.add(map, mask));
  EXPECT_NEAR(*curve.auroc(), *auroc(good, defective), 1e-4);
}

// Two regions, of 1 and of 3 pixels. The small one is above every good pixel, the large one below all: the mean share
// is 1/2 until the good pixels are used up, however many pixels the large one has.
TEST(PixelCurve, EveryRegionWeighsTheSame) {
  PixelCurve curve;
  ASSERT_TRUE(curve.add(FloatMap{{8, 1}, {9, 5, 5, 5, 5, 1, 1, 1}}, Mask{1, 0, 0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(curve.regions(), 2u);
  EXPECT_NEAR(*curve.aupro(), 0.5, 1e-12);
}

TEST(PixelCurve, RegionsTouchAtCorners) {
  PixelCurve curve;
  ASSERT_TRUE(curve.add(FloatMap{{2, 2}, {1, 2, 3, 4}}, Mask{1, 0, 0, 1}));
  EXPECT_EQ(curve.regions(), 1u);
}

// All values equal: one step from (0, 0) to (1, 1), cut at 0.3: the mean of 0 .. 0.3 is 0.15.
TEST(PixelCurve, ConstantMapIsChance) {
  PixelCurve curve;
  ASSERT_TRUE(curve.add(FloatMap{{2, 1}, {1, 1}}, Mask{0, 1}));
  EXPECT_DOUBLE_EQ(*curve.auroc(), 0.5);
  EXPECT_NEAR(*curve.aupro(), 0.15, 1e-12);
}

TEST(PixelCurve, GoodPicturesAloneGiveNothing) {
  PixelCurve curve;
  ASSERT_TRUE(curve.add(FloatMap{{2, 1}, {1, 2}}, {}));
  EXPECT_FALSE(curve.auroc());
  EXPECT_FALSE(curve.aupro());
  EXPECT_EQ(curve.good_pixels(), 2u);
}

TEST(PixelCurve, BadInputAddsNothing) {
  PixelCurve curve;
  EXPECT_EQ(curve.add(FloatMap{{2, 1}, {1, 2}}, Mask{1}).error().code, ErrorCode::invalid_argument);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(curve.add(FloatMap{{2, 1}, {1, nan}}, Mask{1, 0}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(curve.good_pixels(), 0u);
}

}  // namespace
}  // namespace lineguard::stats
