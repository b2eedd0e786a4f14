// Plots as inline SVG with title and description for screen readers; colours follow the page's light or dark style.
// Values that are not finite are left out. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/types.h>

namespace lineguard::report {

struct Plot {
  std::string title;
  std::string svg;
};

enum class Colour { good, defective, accent, muted };

struct Marker {  // a labelled vertical line
  double x = 0;
  std::string label;
};

struct Level {  // a labelled horizontal line
  double y = 0;
  std::string label;
};

struct HistogramGroup {
  std::string name;
  std::vector<double> values{};
  Colour colour = Colour::accent;
};
struct Histogram {
  std::string title, description, x_label;
  std::vector<HistogramGroup> groups{};  // drawn over each other, in shares of each group
  std::vector<Marker> markers{};
  int bins = 40;  // 1 to 200
};
Plot draw(const Histogram& histogram);

struct Series {
  std::string name;
  std::vector<Point> points{};
  Colour colour = Colour::accent;
  bool dots = false;                // else joined in order
  std::vector<std::string> tips{};  // shown at the pointer, one a point; empty: none
};
struct AxisRange {
  double low = 0, high = 1;
};
struct Chart {
  std::string title, description, x_label, y_label;
  std::vector<Series> series{};
  bool diagonal = false;                          // a muted line from corner to corner
  std::optional<AxisRange> x_range{}, y_range{};  // else that of the points
  std::vector<Marker> markers{};
  std::vector<Level> levels{};
};
Plot draw(const Chart& chart);

struct Bar {
  std::string label;
  double value = 0;   // >= 0
  std::string shown;  // the value in words, at the bar's end
  Colour colour = Colour::accent;
};
struct BarChart {
  std::string title, description;
  std::vector<Bar> bars{};             // top to bottom
  std::optional<double> full_scale{};  // the value of a bar of full length; else the largest
};
Plot draw(const BarChart& chart);

}  // namespace lineguard::report
