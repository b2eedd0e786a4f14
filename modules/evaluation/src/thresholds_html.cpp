#include "thresholds_html.h"

#include "words.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <lineguard/acceptance/escape.h>
#include <lineguard/acceptance/threshold_table.h>

namespace lineguard::evaluation {
namespace {

using acceptance::ThresholdRow;
using report::Colour;

std::string interval_of_shares(const stats::Interval& interval) {
  return fmt::format("{} to {}", percent(interval.low), percent(interval.high));
}

std::string share_cell(const stats::Count& count, const stats::Interval& interval) {
  if (count.n == 0) return "unknown";
  return fmt::format("{} of {}, {} ({})", count.events, count.n, percent(count.rate()), interval_of_shares(interval));
}

std::string f1_cell(const ThresholdRow& row) {
  return row.f1 ? fmt::format("{:.3f} ({:.3f} to {:.3f})", *row.f1, row.f1_interval.low, row.f1_interval.high) : "–";
}

std::string escapes_cell(const ThresholdRow& row) {
  if (!row.escapes) return "–";
  const auto ppm = [](double share) { return std::ceil(share * acceptance::kPartsPerMillion); };
  return fmt::format("{:.0f} ppm ({:.0f} to {:.0f})", ppm(*row.escapes), ppm(row.escapes_interval.low),
                     ppm(row.escapes_interval.high));
}

std::string threshold_cell(const ThresholdRow& row) {
  return fmt::format("{:.6g}{}", row.threshold, row.in_use ? ", in use" : "");
}

std::vector<std::string> cells_of(const ThresholdRow& row, bool with_escapes) {
  std::vector<std::string> cells{threshold_cell(row), share_cell(row.missed, row.miss),
                                 share_cell(row.diverted, row.overkill), f1_cell(row)};
  if (with_escapes) cells.push_back(escapes_cell(row));
  return cells;
}

std::vector<std::string> names_of(bool with_escapes) {
  std::vector<std::string> names{"threshold", "missed", "good ones diverted", "F1"};
  if (with_escapes) names.emplace_back("escapes");
  return names;
}

std::size_t place_in_use(const std::vector<ThresholdRow>& table) {
  const auto found = std::ranges::find_if(table, &ThresholdRow::in_use);
  return found == table.end() ? 0 : static_cast<std::size_t>(found - table.begin());
}

std::string tip_of(const ThresholdRow& row) {
  return fmt::format("threshold {:.6g}{}: {} of {} defective missed, {} of {} good diverted", row.threshold,
                     row.in_use ? " (in use)" : "", row.missed.events, row.missed.n, row.diverted.events,
                     row.diverted.n);
}

// Share of the diverted parts that are defective; 1 where none is diverted.
double precision_of(const ThresholdRow& row) {
  const auto found = static_cast<double>(row.missed.n - row.missed.events);
  const double diverted = found + static_cast<double>(row.diverted.events);
  return diverted > 0 ? found / diverted : 1;
}

report::Chart unit_chart(const char* title, const char* description, std::string x_label, std::string y_label) {
  report::Chart chart;
  chart.title = title;
  chart.description = description;
  chart.x_label = std::move(x_label);
  chart.y_label = std::move(y_label);
  chart.x_range = chart.y_range = report::AxisRange{0, 1};
  return chart;
}

void add_curve(report::Chart& chart, const std::vector<ThresholdRow>& table, Point (*point_of)(const ThresholdRow&)) {
  report::Series line{"all thresholds", {}, Colour::accent}, used{"operating point", {}, Colour::defective, true};
  for (const ThresholdRow& row : table) {
    line.points.push_back(point_of(row));
    line.tips.push_back(tip_of(row));
    if (row.in_use) used.points.push_back(point_of(row));
  }
  chart.series = {used, line};  // the line's tips lie on top
}

}  // namespace

void add_slider(report::Page& page, const Evaluation& evaluation) {
  const auto& table = evaluation.thresholds;
  if (table.empty()) return;
  const bool with_escapes = std::ranges::any_of(table, [](const ThresholdRow& row) { return row.escapes.has_value(); });
  page.heading("Another threshold");
  page.paragraph(
      "Move the threshold: the figures and the marks on all pictures of this page follow. Intervals are those of a "
      "threshold "
      "that was fixed beforehand; to choose one on these pictures and to claim its rates, use `lineguard accept "
      "--choose`.");
  report::Slider slider{"threshold ", names_of(with_escapes), {}, place_in_use(table)};
  for (const ThresholdRow& row : table)
    slider.stops.push_back({row.threshold - evaluation.model.unknown_band, cells_of(row, with_escapes)});
  page.slider(slider);
  if (!evaluation.model.rules.empty()) page.paragraph("The region rules are not applied here.");
}

void add_threshold_table(report::Page& page, const Evaluation& evaluation) {
  const auto& table = evaluation.thresholds;
  if (table.empty()) return;
  constexpr std::size_t kShown = 20;
  const bool with_escapes = std::ranges::any_of(table, [](const ThresholdRow& row) { return row.escapes.has_value(); });
  page.heading("Thresholds");
  report::Table shown{names_of(with_escapes), {}, 0};
  const std::size_t step = std::max<std::size_t>(1, table.size() / kShown);
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (i % step == 0 || table[i].in_use) shown.rows.push_back(cells_of(table[i], with_escapes));
  }
  page.table(shown);
  const auto proposed = acceptance::propose_points(table);
  if (proposed.empty()) return;
  page.paragraph("Thresholds to consider, on these parts:");
  report::Table points{names_of(with_escapes), {}, 1};
  points.header.insert(points.header.begin(), "point");
  for (const acceptance::ProposedPoint& point : proposed) {
    auto& row = points.rows.emplace_back(cells_of(point.row, with_escapes));
    row.insert(row.begin(), point.why);
  }
  page.table(points);
}

std::vector<report::Plot> threshold_curves(const Evaluation& evaluation) {
  const auto& table = evaluation.thresholds;
  if (table.empty() || table.front().missed.n == 0 || table.front().diverted.n == 0) return {};
  const char* units = evaluation.counts_parts ? "parts" : "pictures";
  report::Chart roc =
      unit_chart("ROC: what a threshold costs", "Share of defective ones found against share of good ones diverted.",
                 "overkill rate", fmt::format("defective {} found", units));
  roc.diagonal = true;
  add_curve(roc, table, [](const ThresholdRow& row) { return Point{row.diverted.rate(), 1 - row.missed.rate()}; });
  report::Chart precision =
      unit_chart("Precision and recall", "Share of diverted ones that are defective against share found.",
                 fmt::format("defective {} found", units), "diverted ones that are defective");
  add_curve(precision, table, [](const ThresholdRow& row) { return Point{1 - row.missed.rate(), precision_of(row)}; });
  return {draw(roc), draw(precision)};
}

}  // namespace lineguard::evaluation
