#include "axis.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include <lineguard/report/plot.h>

namespace lineguard::report {
namespace {

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST(Axis, TicksAreRoundAndInside) {
  const auto list = ticks(Axis{0, 1}, 5);
  ASSERT_EQ(list.size(), 6u);
  EXPECT_EQ(list[1].text, "0.2");
  EXPECT_EQ(ticks(Axis{-3, 147}, 5).front().text, "0");
  EXPECT_EQ(ticks(Axis{0, 5e-9}, 5).back().text, "5e-09");
  for (const Tick& tick : ticks(Axis{0.37, 12.9}, 7)) {
    EXPECT_GE(tick.value, 0.37);
    EXPECT_LE(tick.value, 12.9);
  }
}

TEST(Axis, IsNeverEmpty) {
  for (const auto& values : {std::vector<double>{}, {3, 3}, {std::numeric_limits<double>::quiet_NaN()}, {1e9, 1e9}}) {
    const Axis axis = axis_over(values);
    EXPECT_GT(axis.high, axis.low);
  }
}

TEST(Plot, EverySvgHasTitleAndDescription) {
  const Plot plots[] = {draw(Histogram{"T<1>", "D", "x", {}, {}, 10}), draw(Chart{"T<1>", "D", "x", "y"}),
                        draw(BarChart{"T<1>", "D", {}, {}})};
  for (const Plot& plot : plots) {
    EXPECT_EQ(count(plot.svg, "<title>T&lt;1&gt;</title><desc>D</desc>"), 1u) << plot.svg;
    EXPECT_EQ(count(plot.svg, "nan"), 0u);
  }
}

TEST(Plot, HistogramHasABarForEachBinInUseAndTheThreshold) {
  Histogram histogram{"scores", "", "score", {{"good", {1, 1, 2}, Colour::good}, {"bad", {9}, Colour::defective}}};
  histogram.markers = {{5, "threshold 5"}};
  const std::string svg = draw(histogram).svg;
  EXPECT_EQ(count(svg, "class=\"area f-good\""), 2u);
  EXPECT_EQ(count(svg, "class=\"area f-defective\""), 1u);
  EXPECT_EQ(count(svg, "threshold 5"), 1u);
  EXPECT_EQ(count(svg, "good (3)"), 1u);
}

TEST(Plot, ValuesThatAreNoNumbersAreLeftOut) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  const std::string svg =
      draw(Histogram{"", "", "", {{"g", {1, nan, inf, 2}, Colour::good}}, {}, 5}).svg +
      draw(Chart{"", "", "", "", {{"s", {{0, 0}, {nan, 1}, {1, inf}, {1, 1}}, Colour::accent}}}).svg;
  EXPECT_EQ(count(svg, "nan") + count(svg, "inf"), 0u) << svg;
}

TEST(Plot, ChartJoinsPointsOrDrawsDots) {
  Chart chart{"", "", "", "", {{"s", {{0, 0}, {1, 1}}, Colour::accent}}};
  EXPECT_EQ(count(draw(chart).svg, "<polyline"), 1u);
  chart.series[0].dots = true;
  EXPECT_EQ(count(draw(chart).svg, "<circle"), 2u);
}

TEST(Plot, LevelsLieAcrossTheChart) {
  Chart chart{"", "", "", "", {{"s", {{0, 0}, {1, 1}}, Colour::accent}}};
  chart.levels = {{0.5, "half <way>"}, {7, "outside"}};
  const std::string svg = draw(chart).svg;
  EXPECT_NE(svg.find("half &lt;way&gt;"), std::string::npos);
  EXPECT_EQ(svg.find("outside"), std::string::npos);
}

TEST(Plot, BarsScaleToTheLongest) {
  const std::string svg = draw(BarChart{"", "", {{"a", 1, "1"}, {"b", 2, "2"}}, {}}).svg;
  EXPECT_EQ(count(svg, "width=\"280.0\""), 1u) << svg;
  EXPECT_EQ(count(svg, "width=\"140.0\""), 1u);
}

}  // namespace
}  // namespace lineguard::report
