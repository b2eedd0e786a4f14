#include "pictures.h"

#include <algorithm>

#include <gtest/gtest.h>

#include <lineguard/imaging/depth_window.h>
#include <lineguard/imaging/overlay.h>
#include <lineguard/imaging/properties.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::imaging {
namespace {

using namespace test;  // NOLINT: the pictures

// A part of few values far from both ends, as 12-bit cameras give it.
TEST(DepthWindow, A16BitPictureIsShownThroughItsOwnWindow) {
  Image image({64, 64}, 1, PixelDepth::u16);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x)
      image.row_u16(y)[static_cast<std::size_t>(x)] = static_cast<std::uint16_t>(2000 + 10 * x);
  }
  const Image shown = for_display(image);
  EXPECT_EQ(shown.depth(), PixelDepth::u8);
  EXPECT_LT(shown.row_u8(0)[0], 40);
  EXPECT_GT(shown.row_u8(0)[63], 215);
  EXPECT_EQ(draw_overlay(image, nullptr, {}, {}).row_u8(9)[3 * 63], shown.row_u8(9)[63]);
  for (const std::uint16_t level : {std::uint16_t{0}, std::uint16_t{65'535}}) {
    for (int y = 0; y < 64; ++y) std::ranges::fill(image.row_u16(y), level);
    EXPECT_EQ(for_display(image).size(), image.size()) << "one level alone is no crash";
  }
}

TEST(Transform, AreaShrinkingAveragesSoThatNothingAliases) {
  Image checkers({64, 64}, 1);
  for (int y = 0; y < 64; ++y) {
    for (std::size_t x = 0; x < 64; ++x) checkers.row_u8(y)[x] = (static_cast<int>(x) + y) % 2 ? 255 : 0;
  }
  const Image small = resize(checkers, {16, 16});
  for (int y = 0; y < 16; ++y) {
    for (const std::uint8_t level : small.row_u8(y)) EXPECT_NEAR(level, 128, 1);
  }
}

double overlap(double low, double high, int pixel) {
  return std::max(0.0, std::min(high, pixel + 1.0) - std::max(low, static_cast<double>(pixel)));
}

// By definition: the mean of the rectangle that a pixel of the result covers, weighed by area.
double mean_of_area(const Image& image, Size size, int x, int y, int channel) {
  const double step_x = static_cast<double>(image.width_px()) / size.width_px;
  const double step_y = static_cast<double>(image.height_px()) / size.height_px;
  double sum = 0;
  for (int row = 0; row < image.height_px(); ++row) {
    const double share = overlap(y * step_y, (y + 1) * step_y, row);
    for (int column = 0; share > 0 && column < image.width_px(); ++column) {
      const std::size_t at = static_cast<std::size_t>(column) * image.channels() + channel;
      const double level = image.depth() == PixelDepth::u8 ? image.row_u8(row)[at] : image.row_u16(row)[at];
      sum += share * overlap(x * step_x, (x + 1) * step_x, column) * level;
    }
  }
  return sum / step_x / step_y;
}

TEST(Transform, AreaShrinkingIsTheMeanOfWhatAPixelCovers) {
  for (const PixelDepth depth : {PixelDepth::u8, PixelDepth::u16}) {
    for (const int channels : {1, 3}) {
      const Image image = picture({61, 48}, channels, depth);
      for (const Size size : {Size{27, 16}, Size{61, 16}, Size{20, 47}, Size{1, 1}, Size{7, 48}}) {
        const Image small = resize(image, size);
        const double tolerance = depth == PixelDepth::u8 ? 0.51 : 0.6;  // rounding to a level
        for (int y = 0; y < size.height_px; ++y) {
          for (int x = 0; x < size.width_px * channels; ++x) {
            const auto at = static_cast<std::size_t>(x);
            const double level = depth == PixelDepth::u8 ? small.row_u8(y)[at] : small.row_u16(y)[at];
            ASSERT_NEAR(level, mean_of_area(image, size, x / channels, y, x % channels), tolerance)
                << x << ", " << y << " of " << size.width_px << "x" << size.height_px;
          }
        }
      }
    }
  }
}

TEST(Transform, WhiteStaysWhiteHoweverMuchItShrinks) {
  for (const int width : {873, 4922, 20'000, 100'000}) {
    Image white({width, 2}, 1, PixelDepth::u16);
    for (int y = 0; y < 2; ++y) std::ranges::fill(white.row_u16(y), std::uint16_t{65535});
    for (const int to : {1, 8, 32}) {
      const Image small = resize(white, {to, 1});
      for (const std::uint16_t level : small.row_u16(0)) EXPECT_NEAR(level, 65535, 30) << width;
    }
  }
}

TEST(Transform, HalvingIsTheMeanOfFour) {
  const Image image = picture({62, 48}, 3, PixelDepth::u8);
  const Image small = resize(image, {31, 24});
  for (int y = 0; y < 24; ++y) {
    for (int x = 0; x < 31 * 3; ++x) {
      EXPECT_NEAR(small.row_u8(y)[static_cast<std::size_t>(x)], mean_of_area(image, {31, 24}, x / 3, y, x % 3), 0.51);
    }
  }
}

TEST(Transform, ResizeKeepsDepthAndChannels) {
  for (const PixelDepth depth : {PixelDepth::u8, PixelDepth::u16}) {
    for (const int channels : {1, 3}) {
      const Image image = picture({60, 40}, channels, depth);
      for (const Size size : {Size{31, 17}, Size{120, 80}, Size{31, 80}, Size{1, 1}}) {
        const Image resized = resize(image, size);
        EXPECT_EQ(resized.size(), size);
        EXPECT_EQ(resized.channels(), channels);
        EXPECT_EQ(resized.depth(), depth);
        EXPECT_NEAR(mean_brightness(resized), mean_brightness(image), 3);
      }
    }
  }
}

TEST(Transform, MapsAreAlignedToPixelAreas) {
  const FloatMap map{{2, 1}, {0, 1}};
  const FloatMap wide = resize_map(map, {4, 1});
  EXPECT_EQ(wide.values, (std::vector<float>{0, 0.25f, 0.75f, 1}));
}

TEST(Transform, CropTakesThePartInsideTheBox) {
  const Image image = picture({60, 40}, 3, PixelDepth::u16);
  const Image part = crop(image, 10, 5, {20, 30});
  EXPECT_EQ(part.size(), (Size{20, 30}));
  EXPECT_EQ(part.row_u16(0)[0], image.row_u16(5)[30]);
  EXPECT_EQ(part.row_u16(29)[59], image.row_u16(34)[89]);
}

TEST(Transform, TheDepthWindowClipsAndIsLinear) {
  Image image({4, 1}, 1, PixelDepth::u16);
  const std::uint16_t levels[] = {500, 1000, 1500, 9000};
  std::copy(std::begin(levels), std::end(levels), image.row_u16(0).begin());
  const Image narrow = to_8_bit(image, {.low = 1000, .high = 2000});
  const auto row = narrow.row_u8(0);
  EXPECT_EQ(row[0], 0);
  EXPECT_EQ(row[1], 0);
  EXPECT_NEAR(row[2], 127.5, 0.5);
  EXPECT_EQ(row[3], 255);
}

TEST(Transform, GrayAndColourComeIntoEachOther) {
  const Image gray = picture({9, 5}, 1);
  EXPECT_EQ(largest_difference(to_gray(to_rgb(gray)), gray), 0);
  Image red({1, 1}, 3);
  red.row_u8(0)[0] = 200;
  EXPECT_NEAR(to_gray(red).row_u8(0)[0], 0.299 * 200, 0.5);
}

TEST(Overlay, HeatShowsOnlyWhereTheMapIsHighAndRegionsAreDrawn) {
  const Image image = picture({100, 80}, 1, PixelDepth::u16);
  FloatMap map{image.size(), std::vector<float>(8000, 0.0f)};
  map.values[40 * 100 + 70] = 5;
  const Image plain = draw_overlay(image, nullptr, {}, {});
  const Image heat = draw_overlay(image, &map, {}, {});
  EXPECT_EQ(plain.channels(), 3);
  EXPECT_EQ(plain.depth(), PixelDepth::u8);
  constexpr std::size_t kHot = std::size_t{3} * 70;  // its red
  EXPECT_EQ(heat.row_u8(40)[kHot - 3], plain.row_u8(40)[kHot - 3]);
  EXPECT_NE(heat.row_u8(40)[kHot], plain.row_u8(40)[kHot]);

  Region region;
  region.box = {20, 30, 40, 20};
  region.score = 0.5;
  region.polygon = {{22, 32}, {58, 34}, {40, 48}};
  const Image drawn = draw_overlay(image, nullptr, {region}, {});
  EXPECT_EQ(drawn.row_u8(40)[3 * 20 + 2], 255);  // the box's left side is blue
  EXPECT_GT(largest_difference(drawn, plain), 100);
  const Image without = draw_overlay(image, nullptr, {region}, {.draw_regions = false});
  EXPECT_EQ(largest_difference(without, plain), 0);
}

TEST(Overlay, NamesStayInThePictureAndApart) {
  const Image image({300, 200}, 1);
  Region region;
  region.class_name = "mousebite";
  region.score = 1;
  const auto pixels_of_names = [&](const std::vector<Box>& boxes) {
    std::vector<Region> regions;
    for (const Box& box : boxes) {
      region.box = box;
      regions.push_back(region);
    }
    const Image drawn = draw_overlay(image, nullptr, regions, {});
    int blue = 0;
    for (int y = 0; y < 200; ++y) {
      for (std::size_t x = 0; x < 300; ++x) blue += drawn.row_u8(y)[3 * x + 2] > 100 ? 1 : 0;
    }
    return blue;
  };
  const int one = pixels_of_names({{100, 100, 4, 4}});
  EXPECT_EQ(pixels_of_names({{294, 100, 4, 4}}), one);  // not cut off at the right …
  EXPECT_EQ(pixels_of_names({{100, 0, 4, 4}}), one);    // … nor at the top
  EXPECT_EQ(pixels_of_names({{100, 100, 4, 4}, {112, 100, 4, 4}}), 2 * one);
}

TEST(Overlay, WhatPeopleDrewIsGreen) {
  Image mask({40, 30}, 1);
  for (int y = 10; y < 20; ++y) {
    for (std::size_t x = 5; x < 15; ++x) mask.row_u8(y)[x] = 255;
  }
  const Outlines outlines = outlines_of(mask);
  ASSERT_EQ(outlines.size(), 1u);
  OverlayStyle style;
  style.truth = outlines;
  const Image drawn = draw_overlay(Image({40, 30}, 1), nullptr, {}, style);
  EXPECT_GT(drawn.row_u8(10)[3 * 10 + 1], 150);
  EXPECT_EQ(drawn.row_u8(15)[3 * 10 + 1], 0);  // the border alone
}

TEST(Components, BoxesGoFromTopToBottomAndEndAtTheLimit) {
  Image mask({40, 30}, 1);
  for (int y = 10; y < 20; ++y) mask.row_u8(y)[static_cast<std::size_t>(y)] = 1;  // hangs together by its corners
  mask.row_u8(2)[39] = mask.row_u8(29)[0] = 255;
  const std::vector<Box> expected{{39, 2, 1, 1}, {10, 10, 10, 10}, {0, 29, 1, 1}};
  EXPECT_EQ(component_boxes(mask, 3), expected);
  EXPECT_FALSE(component_boxes(mask, 2));
  EXPECT_EQ(component_boxes(Image({40, 30}, 1), 0), std::vector<Box>());
}

TEST(Overlay, RegionsMayReachOverTheEdge) {
  Region region;
  region.box = {-50, -50, 1000, 1000};
  region.class_name = "scratch";
  EXPECT_EQ(draw_overlay(picture({10, 10}, 3), nullptr, {region}, {}).size(), (Size{10, 10}));
}

}  // namespace
}  // namespace lineguard::imaging
