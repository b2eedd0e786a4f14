#include "axis.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <lineguard/core/enum_names.h>
#include <lineguard/report/html.h>
#include <lineguard/report/plot.h>

namespace lineguard::report {
namespace {

constexpr double kWidth = 560, kHeight = 340;
constexpr double kLeft = 56, kRight = 12, kTop = 34, kBottom = 48;

std::string_view css_class(Colour colour) {
  static constexpr auto kNames = std::to_array<EnumName<Colour>>(
      {{Colour::good, "good"}, {Colour::defective, "defective"}, {Colour::accent, "accent"}, {Colour::muted, "muted"}});
  static_assert(names_every_value(kNames));
  return name_of(kNames, colour);
}

std::string text(double x, double y, std::string_view anchor, std::string_view words, std::string_view style = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" class=\"{}\">{}</text>\n", x, y, anchor, style,
                     escape(words));
}

std::string line(double x1, double y1, double x2, double y2, std::string_view style) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", x1, y1, x2, y2,
                     style);
}

std::string rectangle(double x, double y, double width, double height, std::string_view style) {
  return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" class=\"{}\"/>\n", x, y, width,
                     height, style);
}

std::string svg(double height, std::string_view title, std::string_view description, std::string_view content) {
  return fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"img\" "
      "xmlns=\"http://www.w3.org/2000/svg\"><title>{}</title><desc>{}</desc>\n{}"
      "</svg>",
      kWidth, height, escape(title), escape(description), content);
}

// Axes of a plot with their grid; x grows to the right, y upwards.
struct Frame {
  Axis x, y;

  Frame(Axis x_axis, Axis y_axis) : x(x_axis), y(y_axis) {
    x.from_px = kLeft;
    x.to_px = kWidth - kRight;
    y.from_px = kHeight - kBottom;
    y.to_px = kTop;
  }

  std::string draw(std::string_view x_label, std::string_view y_label) const {
    std::string out;
    for (const Tick& tick : ticks(y, 5)) {
      out += line(x.from_px, y.place(tick.value), x.to_px, y.place(tick.value), "grid");
      out += text(x.from_px - 6, y.place(tick.value) + 4, "end", tick.text);
    }
    for (const Tick& tick : ticks(x, 7)) {
      out += line(x.place(tick.value), y.from_px, x.place(tick.value), y.from_px + 4, "axis");
      out += text(x.place(tick.value), y.from_px + 17, "middle", tick.text);
    }
    out += line(x.from_px, y.from_px, x.to_px, y.from_px, "axis");
    out += text((x.from_px + x.to_px) / 2, kHeight - 10, "middle", x_label);
    const double middle = (y.from_px + y.to_px) / 2;
    return out + fmt::format("<text transform=\"translate(14 {:.1f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
                             middle, escape(y_label));
  }

  std::string draw_levels(const std::vector<Level>& levels) const {
    std::string out;
    for (const Level& level : levels) {
      if (!(level.y >= y.low && level.y <= y.high)) continue;
      const double place = y.place(level.y);
      out += line(x.from_px, place, x.to_px, place, "marker");
      out += text(x.to_px - 4, place - 5, "end", level.label, "marker-text");
    }
    return out;
  }

  std::string draw_markers(const std::vector<Marker>& markers) const {
    std::string out;
    for (const Marker& marker : markers) {
      if (!(marker.x >= x.low && marker.x <= x.high)) continue;
      const double place = x.place(marker.x);
      const bool right_half = place > (x.from_px + x.to_px) / 2;
      out += line(place, y.from_px, place, y.to_px, "marker");
      out +=
          text(place + (right_half ? -5 : 5), y.to_px + 11, right_half ? "end" : "start", marker.label, "marker-text");
    }
    return out;
  }
};

// Coloured squares with names, in one row above the plot.
class Legend {
 public:
  void add(std::string_view name, Colour colour) {
    out_ += rectangle(x_, 10, 11, 11, fmt::format("f-{}", css_class(colour)));
    out_ += text(x_ + 16, 20, "start", name, "strong");
    x_ += 36 + 7.0 * static_cast<double>(name.size());
  }
  const std::string& svg() const { return out_; }

 private:
  double x_ = kLeft;
  std::string out_;
};

// The share of the group's values in each bin.
std::vector<double> shares(const std::vector<double>& values, const Axis& axis, int bins) {
  std::vector<double> counts(static_cast<std::size_t>(bins));
  double total = 0;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    const auto bin = static_cast<int>((value - axis.low) / (axis.high - axis.low) * bins);
    ++counts[static_cast<std::size_t>(std::clamp(bin, 0, bins - 1))];
    ++total;
  }
  for (double& count : counts) count /= std::max(total, 1.0);
  return counts;
}

}  // namespace

Plot draw(const Histogram& histogram) {
  const int bins = std::clamp(histogram.bins, 1, 200);
  std::vector<double> all;
  for (const auto& group : histogram.groups) all.insert(all.end(), group.values.begin(), group.values.end());
  for (const Marker& marker : histogram.markers) all.push_back(marker.x);
  const Axis x = axis_over(all);
  std::vector<std::vector<double>> heights;
  double highest = 0;
  for (const auto& group : histogram.groups) {
    heights.push_back(shares(group.values, x, bins));
    highest = std::max(highest, *std::ranges::max_element(heights.back()));
  }
  const Frame frame(x, Axis{0, highest > 0 ? highest * 1.08 : 1});
  std::string out = frame.draw(histogram.x_label, "share of the pictures");
  Legend legend;
  const double width = (frame.x.to_px - frame.x.from_px) / bins;
  for (std::size_t group = 0; group < heights.size(); ++group) {
    const Colour colour = histogram.groups[group].colour;
    legend.add(fmt::format("{} ({})", histogram.groups[group].name, histogram.groups[group].values.size()), colour);
    for (int bin = 0; bin < bins; ++bin) {
      const double share = heights[group][static_cast<std::size_t>(bin)];
      if (share <= 0) continue;
      const double top = frame.y.place(share);
      out += rectangle(frame.x.from_px + bin * width, top, std::max(width - 1, 0.5), frame.y.from_px - top,
                       fmt::format("area f-{}", css_class(colour)));
    }
  }
  out += frame.draw_markers(histogram.markers) + legend.svg();
  return {histogram.title, svg(kHeight, histogram.title, histogram.description, out)};
}

namespace {

std::string draw_series(const Series& series, const Frame& frame) {
  std::string out, path, tips;
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    const Point& point = series.points[i];
    if (!std::isfinite(point.x) || !std::isfinite(point.y)) continue;
    const double x = frame.x.place(point.x), y = frame.y.place(point.y);
    if (i < series.tips.size())
      tips += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"7\" class=\"tip\"><title>{}</title></circle>\n", x,
                          y, escape(series.tips[i]));
    if (series.dots) {
      out +=
          fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" class=\"f-{}\"/>\n", x, y, css_class(series.colour));
    } else {
      path += fmt::format("{:.1f},{:.1f} ", x, y);
    }
  }
  if (!series.dots)
    out = fmt::format("<polyline points=\"{}\" class=\"line s-{}\"/>\n", path, css_class(series.colour));
  return out + tips;
}

Axis axis_of(const Chart& chart, double Point::*coordinate, const std::optional<AxisRange>& wanted) {
  if (wanted && wanted->high > wanted->low) return Axis{wanted->low, wanted->high};
  std::vector<double> values;
  for (const Series& series : chart.series) {
    for (const Point& point : series.points) values.push_back(point.*coordinate);
  }
  return axis_over(values);
}

}  // namespace

Plot draw(const Chart& chart) {
  const Frame frame(axis_of(chart, &Point::x, chart.x_range), axis_of(chart, &Point::y, chart.y_range));
  std::string out = frame.draw(chart.x_label, chart.y_label);
  if (chart.diagonal)
    out += line(frame.x.from_px, frame.y.from_px, frame.x.to_px, frame.y.to_px, "line dashed s-muted");
  Legend legend;
  for (const Series& series : chart.series) {
    if (!series.name.empty()) legend.add(series.name, series.colour);
    out += draw_series(series, frame);
  }
  out += frame.draw_markers(chart.markers) + frame.draw_levels(chart.levels) + legend.svg();
  return {chart.title, svg(kHeight, chart.title, chart.description, out)};
}

Plot draw(const BarChart& chart) {
  constexpr double kRow = 30, kLabels = 170, kShown = 110;
  double longest = chart.full_scale.value_or(0);
  if (!chart.full_scale) {
    for (const Bar& bar : chart.bars) longest = std::max(longest, bar.value);
  }
  std::string out;
  double y = 8;
  for (const Bar& bar : chart.bars) {
    const double share = longest > 0 && std::isfinite(bar.value) ? std::clamp(bar.value / longest, 0.0, 1.0) : 0;
    const double length = share * (kWidth - kLabels - kShown);
    out += text(kLabels - 8, y + 16, "end", bar.label, "strong");
    out += rectangle(kLabels, y + 3, length, kRow - 10, fmt::format("f-{}", css_class(bar.colour)));
    out += text(kLabels + length + 7, y + 16, "start", bar.shown);
    y += kRow;
  }
  return {chart.title, svg(y + 4, chart.title, chart.description, out)};
}

}  // namespace lineguard::report
