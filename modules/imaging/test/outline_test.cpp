#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <lineguard/imaging/outline.h>

namespace lineguard::imaging {
namespace {

int painted(const Image& mask) {
  int count = 0;
  for (int y = 0; y < mask.height_px(); ++y)
    for (const auto pixel : mask.row_u8(y)) count += pixel != 0;
  return count;
}

TEST(FillOutline, PaintsWhatIsEnclosedAndTheEdge) {
  Image mask({20, 10}, 1);
  fill_outline(mask, std::vector<Point>{{2, 2}, {6, 2}, {6, 5}, {2, 5}});
  EXPECT_EQ(painted(mask), 5 * 4);
  fill_outline(mask, std::vector<Point>{{102, 102}, {106, 102}, {106, 105}, {102, 105}}, {100, 100});
  EXPECT_EQ(painted(mask), 5 * 4) << "the same place";
}

// Coordinates of any size: at once, and what of the outline lies in the picture is painted.
TEST(FillOutline, PointsFarOutsideTakeNoTimeAndNoWrongTurn) {
  for (const double far : {1e5, 1e9, 2147483648.0, 1e18, 1e308}) {
    Image mask({20, 10}, 1);
    fill_outline(mask, std::vector<Point>{{10, -far}, {far, -far}, {far, far}, {10, far}});
    EXPECT_EQ(painted(mask), 10 * 10) << far;
    Image crossed({20, 10}, 1);
    std::vector<Point> to_and_fro;
    for (int i = 0; i < 400; ++i) to_and_fro.push_back({static_cast<double>(i % 20), i % 2 == 0 ? -far : far});
    fill_outline(crossed, to_and_fro);
    EXPECT_GT(painted(crossed), 0) << far;
  }
}

TEST(FillOutline, LeavesOutWhatIsNoPlace) {
  Image mask({20, 10}, 1);
  fill_outline(mask, std::vector<Point>{{1, 1}, {5, std::numeric_limits<double>::quiet_NaN()}, {5, 5}});
  fill_outline(mask, std::vector<Point>{});
  EXPECT_EQ(painted(mask), 0);
}

}  // namespace
}  // namespace lineguard::imaging
