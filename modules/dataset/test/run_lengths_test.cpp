#include "masks/run_lengths.h"

#include "dataset_builder.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace lineguard::dataset::test {
namespace {

using Runs = std::vector<std::int64_t>;

std::string problem_of(const Runs& runs, Size size) {
  const auto outlines = outlines_of_runs(runs, size);
  EXPECT_FALSE(outlines);
  return outlines ? "" : outlines.error().message;
}

// Even-odd rule; a point on an outline is inside.
bool encloses(const Outline& outline, Point at) {
  bool inside = false;
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const Point a = outline[i], b = outline[(i + 1) % outline.size()];
    const double across = (b.x - a.x) * (at.y - a.y) - (b.y - a.y) * (at.x - a.x);
    const bool between = std::min(a.x, b.x) <= at.x && at.x <= std::max(a.x, b.x) && std::min(a.y, b.y) <= at.y &&
                         at.y <= std::max(a.y, b.y);
    if (across == 0 && between) return true;
    if ((a.y > at.y) != (b.y > at.y) && at.x < a.x + (at.y - a.y) * (b.x - a.x) / (b.y - a.y)) inside = !inside;
  }
  return inside;
}

// A picture of '#' and '.' as runs, and what its outlines enclose as the same.
using Drawing = std::vector<std::string>;

Runs runs_of(const Drawing& drawing) {
  Runs runs{0};
  for (std::size_t x = 0; x < drawing[0].size(); ++x) {
    for (const std::string& row : drawing) {
      if ((row[x] == '#') != (runs.size() % 2 == 0)) runs.push_back(0);
      ++runs.back();
    }
  }
  return runs;
}

Drawing filled(const Drawing& drawing) {
  const Size size{static_cast<int>(drawing[0].size()), static_cast<int>(drawing.size())};
  const auto outlines = outlines_of_runs(runs_of(drawing), size);
  EXPECT_TRUE(outlines) << outlines.error().message;
  Drawing seen(drawing.size(), std::string(drawing[0].size(), '.'));
  for (const Outline& outline : outlines ? *outlines : std::vector<Outline>{}) {
    const auto [left, right] = std::ranges::minmax(outline, {}, &Point::x);
    const auto [top, bottom] = std::ranges::minmax(outline, {}, &Point::y);
    for (auto y = static_cast<std::size_t>(top.y); y <= static_cast<std::size_t>(bottom.y); ++y) {
      for (auto x = static_cast<std::size_t>(left.x); x <= static_cast<std::size_t>(right.x); ++x) {
        if (encloses(outline, {static_cast<double>(x), static_cast<double>(y)})) seen[y][x] = '#';
      }
    }
  }
  return seen;
}

// The example in the comments of COCO's maskApi.c.
TEST(RunLengths, AreDecompressed) {
  EXPECT_EQ(decompress_runs("61X13mN000`0").value(), (Runs{6, 1, 40, 4, 5, 4, 5, 4, 21}));
  EXPECT_EQ(decompress_runs("Pb`n053Q2To0").value(), (Runs{1'000'000, 5, 3, 70, 999}));
  EXPECT_TRUE(decompress_runs("").value().empty());
}

TEST(RunLengths, ACorruptTextIsRefused) {
  EXPECT_CONTAINS(decompress_runs("61X").error().message, "ends within a number");
  EXPECT_CONTAINS(decompress_runs("61 1").error().message, "character 2 of counts");
  EXPECT_CONTAINS(decompress_runs("oooooooooo0").error().message, "run 0 has too many digits");
}

TEST(RunLengths, GoDownTheColumns) {
  const auto outlines = outlines_of_runs({5, 2, 2, 2, 1}, {3, 4});
  ASSERT_TRUE(outlines);
  ASSERT_EQ(outlines->size(), 1u);
  const auto has = [&](Point point) { return std::ranges::count(outlines->front(), point) == 1; };
  EXPECT_TRUE(has({1, 1}) && has({1, 2}) && has({2, 1}) && has({2, 2})) << outlines->front().size();
}

TEST(RunLengths, BecomeOutlinesOfTheSamePixels) {
  for (const Drawing& drawing :
       {Drawing{"....", ".##.", ".##.", "...."}, Drawing{"#..#", "#..#"}, Drawing{".....", "..#..", "....."},
        Drawing{"######", "......", "####.."},
        Drawing{"##########", "##########", "##....####", "##....####", "##....####", "##....####", "##########"},
        Drawing{"############", "#....##....#", "#....##.##.#", "#.##.##.##.#", "#.##.##....#", "############"}}) {
    EXPECT_EQ(filled(drawing), drawing);
  }
}

TEST(RunLengths, KeepHolesOfAnySizeAndThoseThatTouchAtACorner) {
  for (const Drawing& drawing : {Drawing{"####", "#.##", "####"},
                                 Drawing{"##########", "#....#####", "#....#####", "#....#####", "#....#####",
                                         "#####....#", "#####....#", "#####....#", "#####....#", "##########"}}) {
    EXPECT_EQ(filled(drawing), drawing);
  }
}

TEST(RunLengths, KeepTheInsideOfARingThatIsJoinedAtItsCornersOnly) {
  constexpr int kRadius = 20, kCentre = 25;
  Drawing drawing(2 * kCentre + 1, std::string(2 * kCentre + 1, '.'));
  for (int x = 0, y = kRadius, error = 3 - 2 * kRadius; x <= y; ++x) {  // Bresenham's circle
    for (const auto& [across, down] : {std::pair(x, y), std::pair(y, x)}) {
      for (const int sign : {-1, 1}) {
        drawing[kCentre + down][kCentre + sign * across] = '#';
        drawing[kCentre - down][kCentre + sign * across] = '#';
      }
    }
    error += error < 0 ? 4 * x + 6 : 4 * (x - y--) + 10;
  }
  EXPECT_EQ(filled(drawing), drawing);
}

TEST(RunLengths, KeepEveryHoleOfACombWithMoreThanAThousand) {
  Drawing drawing(3, std::string(1, '#'));
  for (int hole = 0; hole < 1100; ++hole) {
    for (std::size_t y = 0; y < 3; ++y) drawing[y] += y == 1 ? "....#" : "#####";
  }
  EXPECT_EQ(filled(drawing), drawing);
}

TEST(RunLengths, KeepEveryPixelOfAnyMask) {
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    Drawing drawing(1 + random() % 12, std::string(1 + random() % 12, '.'));
    const std::size_t set = 1 + random() % 9;  // of ten
    for (std::string& row : drawing) {
      for (char& pixel : row) pixel = random() % 10 < set ? '#' : '.';
    }
    EXPECT_EQ(filled(drawing), drawing);
  }
}

TEST(RunLengths, TakeNoMoreThanTheirNumberSays) {
  const Outline all{{0, 0}, {9999, 0}, {9999, 9999}, {0, 9999}};
  for (int i = 0; i < 1000; ++i) {  // of 100 million pixels each
    EXPECT_EQ(outlines_of_runs({0, 100'000'000}, {10'000, 10'000}).value(), std::vector<Outline>{all});
  }
  EXPECT_EQ(outlines_of_runs({1, 99'999'999}, {100'000'000, 1}).value().size(), 1u);
}

TEST(RunLengths, ARunOfNoPixelPartsNothing) {
  EXPECT_EQ(outlines_of_runs({0, 3, 0, 3, 0, 6}, {3, 4}).value(),
            (std::vector<Outline>{{{0, 0}, {2, 0}, {2, 3}, {0, 3}}}));
}

TEST(RunLengths, OfNothingAreNoOutline) {
  EXPECT_TRUE(outlines_of_runs({12}, {3, 4}).value().empty());
}

TEST(RunLengths, WhatDoesNotFillTheMaskIsRefused) {
  EXPECT_CONTAINS(problem_of({5, 3}, {3, 4}), "the runs make 8 pixels, expected the mask's 12");
  EXPECT_CONTAINS(problem_of({5, 8}, {3, 4}), "run 1 goes beyond the mask's 12 pixels");
  EXPECT_CONTAINS(problem_of({5, INT64_MAX, 5}, {3, 4}), "run 1 goes beyond");
  EXPECT_CONTAINS(problem_of({5, -3, 10}, {3, 4}), "run 1 is -3");
  EXPECT_CONTAINS(problem_of({}, {0, 4}), "the mask is 0 x 4");
  EXPECT_CONTAINS(problem_of({0, 1}, {2'000'000'000, 2'000'000'000}), "expected 1 to 100000000 pixels");
}

// Rows 0 to 5 of one column, 3 to 8 of the next: three corners a column.
TEST(RunLengths, OfAnObjectHaveALimitedNumberOfPoints) {
  const auto zigzag = [](int columns) {
    Runs runs{0};
    for (int x = 0; x < columns; x += 2) runs.insert(runs.end(), {6, 7, 6, 1});
    return outlines_of_runs(runs, {columns, 10});
  };
  const auto most = zigzag(320'000);
  ASSERT_TRUE(most) << most.error().message;
  EXPECT_GT(most->at(0).size(), 950'000u);
  const auto more = zigzag(340'000);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, ErrorCode::too_large);
  EXPECT_CONTAINS(more.error().message, "more than 1000000 points, the most that an object may have");
}

}  // namespace
}  // namespace lineguard::dataset::test
