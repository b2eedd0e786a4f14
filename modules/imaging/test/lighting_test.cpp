#include <gtest/gtest.h>

#include <lineguard/imaging/lighting.h>

namespace lineguard::imaging {
namespace {

// A dark stripe on a surface that the lamp lights `level` on the left, and half as much on the right.
Image lit(double level, int channels = 1) {
  Image image({128, 128}, channels);
  for (int y = 0; y < 128; ++y) {
    auto row = image.row_u8(y);
    for (int x = 0; x < 128; ++x) {
      const double light = level * (1 - x / 256.0), stripe = y / 4 == 16 ? 0.7 : 1;
      for (int c = 0; c < channels; ++c)
        row[static_cast<std::size_t>(x * channels + c)] = static_cast<std::uint8_t>(light * stripe);
    }
  }
  return image;
}

int at(const Image& image, int x, int y) {
  return image.row_u8(y)[static_cast<std::size_t>(x * image.channels())];
}

TEST(Lighting, FlatTakesAwayTheLampAndKeepsTheDefect) {
  const Image bright = even_out(lit(200), Lighting::flat), dark = even_out(lit(120), Lighting::flat);
  EXPECT_NEAR(at(bright, 40, 30), at(bright, 90, 30), 6);
  for (const int x : {20, 64, 110}) {
    EXPECT_NEAR(at(bright, x, 30), at(dark, x, 30), 2);
    EXPECT_LT(at(bright, x, 65), 0.8 * at(bright, x, 30));
  }
}

TEST(Lighting, LocalContrastIsNearlyTheSameUnderAnyLamp) {
  const Image bright = even_out(lit(220), Lighting::local_contrast),
              dark = even_out(lit(140), Lighting::local_contrast);
  for (const int y : {30, 65, 100}) EXPECT_NEAR(at(bright, 64, y), at(dark, 64, y), 14) << y;
  EXPECT_LT(at(bright, 64, 65), at(bright, 64, 30) - 30);
}

TEST(Lighting, KeepsSizeAndChannelsAndBlackAndPlainPicturesAreNoTrouble) {
  for (const Lighting lighting : {Lighting::as_it_is, Lighting::flat, Lighting::local_contrast}) {
    const Image even = even_out(lit(200, 3), lighting);
    EXPECT_EQ(even.size(), (Size{128, 128}));
    EXPECT_EQ(even.channels(), 3);
    EXPECT_EQ(lighting_from_string(to_string(lighting)), lighting);
    EXPECT_EQ(even_out(Image({1, 1}, 1), lighting).size(), (Size{1, 1}));
  }
  EXPECT_EQ(at(even_out(Image({64, 64}, 1), Lighting::local_contrast), 5, 5), 120);
  EXPECT_TRUE(even_out(Image(), Lighting::flat).empty());
}

}  // namespace
}  // namespace lineguard::imaging
