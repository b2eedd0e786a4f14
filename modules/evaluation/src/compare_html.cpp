#include "gallery.h"
#include "words.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <lineguard/core/words.h>
#include <lineguard/evaluation/compare.h>
#include <lineguard/report/html.h>

namespace lineguard::evaluation {
namespace {

using report::Colour;
using report::Mood;

constexpr std::size_t kMostDots = 2000;  // of a kind, so that a page stays a page

Mood mood_of(Verdict verdict) {
  if (verdict == Verdict::better) return Mood::fine;
  if (verdict == Verdict::worse) return Mood::bad;
  return verdict == Verdict::mixed ? Mood::attention : Mood::neutral;
}

std::string told_apart(const Difference& difference) {
  if (!difference.told_apart) return "not told apart";
  return difference.better_in_b() ? "B is better" : "B is worse";
}

std::vector<std::string> table_row(const Comparison& comparison, std::string_view figure, const RateChange& change,
                                   std::string_view of) {
  const std::string name(figure);
  const Difference* difference = find_difference(comparison, figure);
  if (difference == nullptr) {
    const std::string why = "unknown: " + basis_of(change.a, comparison.confidence, of);
    return {name, why, "–", "–", "–", "–", "–", "–", "–", "–"};
  }
  const auto side = [](const Rate& rate) {
    return fmt::format("{} ({})", rate_in_words(rate), interval_in_words(rate));
  };
  return {name,
          told_apart(*difference),
          side(change.a),
          side(change.b),
          difference->in_words,
          difference->interval_in_words,
          std::to_string(change.discordant.only_a),
          std::to_string(change.discordant.only_b),
          difference->n_in_words,
          fmt::format("{:.3g}", change.discordant.p_value())};
}

void add_table(report::Page& page, const Comparison& comparison) {
  page.heading("Differences on the same pictures");
  report::Table table{
      {"figure", "B against A", "A", "B", "B − A", "interval of B − A", "only A errs", "only B errs", "n", "McNemar p"},
      {},
      2};
  table.rows.push_back(table_row(comparison, kMissRate, comparison.miss, "defective"));
  table.rows.push_back(table_row(comparison, kOverkillRate, comparison.overkill, "good"));
  if (const Difference* ranking = find_difference(comparison, kImageAuroc)) {
    table.rows.push_back({std::string(kImageAuroc), told_apart(*ranking), fmt::format("{:.4f}", comparison.auroc->a),
                          fmt::format("{:.4f}", comparison.auroc->b), ranking->in_words, ranking->interval_in_words,
                          "–", "–", ranking->n_in_words, "–"});
  }
  const double ms_a = comparison.a.predict_p50_ms, ms_b = comparison.b.predict_p50_ms;
  table.rows.push_back({"time a picture", "", fmt::format("{:.1f} ms", ms_a), fmt::format("{:.1f} ms", ms_b),
                        fmt::format("{:+.1f} ms", ms_b - ms_a), "–", "–", "–", "–", "–"});
  page.table(table);
  page.paragraph(fmt::format(
      "Each interval holds by itself with {:g} % confidence. In brackets: exact ones of either rate. Differences of "
      "rates: Bonett and Price's for pairs, beside the exact McNemar test{}.",
      100 * comparison.confidence, comparison.auroc ? "; of the AUROC: " + comparison.auroc->method : ""));
}

// What no figure says: above the table, for it may be all that is wrong with B.
void add_failures(report::Page& page, const Comparison& comparison) {
  const Failures& failures = comparison.failures;
  if (failures.pictures.empty()) return;
  page.notice(failures.only_b > 0 ? Mood::bad : Mood::attention,
              fmt::format("{}. {} defective and {} good parts are in no rate; on a line each would be diverted.",
                          failures_in_words(failures), comparison.miss.a.left_out, comparison.overkill.a.left_out));
}

void add_failed_pictures(report::Page& page, const Comparison& comparison) {
  constexpr std::size_t kShown = 50;
  const auto& pictures = comparison.failures.pictures;
  if (pictures.empty()) return;
  page.heading("Could not be read or predicted");
  report::Table table{{"picture", "by", "why"}, {}, 3};
  for (std::size_t i = 0; i < std::min(pictures.size(), kShown); ++i) {
    const Row &a = comparison.a.rows[pictures[i].row_a], &b = comparison.b.rows[pictures[i].row_b];
    table.rows.push_back({a.image,
                          a.error && b.error ? "both"
                          : a.error          ? "A"
                                             : "B",
                          (b.error ? b : a).error->message});
  }
  page.table(table);
  if (pictures.size() > kShown) page.paragraph(fmt::format("and {} more", pictures.size() - kShown));
}

void add_evenly(std::vector<Point> points, std::size_t limit, std::vector<Point>& dots) {
  const std::size_t shown = std::min(points.size(), limit);
  for (std::size_t i = 0; i < shown; ++i) dots.push_back(points[i * points.size() / shown]);
}

// Evenly through the pictures that changed, and through the others, at most kMostDots of each.
std::vector<Point> dots_of(const Comparison& comparison, Label truth) {
  std::set<std::size_t> changed_rows;
  for (const ChangedPicture& picture : comparison.changed) changed_rows.insert(picture.row_a);
  std::vector<Point> changed, others, dots;
  for (const auto& [row_a, row_b] : comparison.pairs) {
    const Row &a = comparison.a.rows[row_a], &b = comparison.b.rows[row_b];
    if (a.truth == truth) (changed_rows.contains(row_a) ? changed : others).push_back({a.score, b.score});
  }
  add_evenly(std::move(changed), kMostDots, dots);
  add_evenly(std::move(others), kMostDots, dots);
  return dots;
}

// Of the dots and the threshold, with room around them.
report::AxisRange range_of(const std::vector<report::Series>& series, double Point::*coordinate, double threshold) {
  report::AxisRange range{threshold, threshold};
  for (const auto& one : series) {
    for (const Point& point : one.points) {
      range.low = std::min(range.low, point.*coordinate);
      range.high = std::max(range.high, point.*coordinate);
    }
  }
  const double room = range.high > range.low ? 0.04 * (range.high - range.low) : 0.5;
  return {range.low - room, range.high + room};
}

void add_scores(report::Page& page, const Comparison& comparison) {
  page.heading("Scores of A and B");
  report::Chart chart;
  chart.title = "Each picture's score by A and by B";
  chart.description = "Scores of A to the right, of B upwards; dashed lines are the thresholds.";
  chart.x_label = "score by A";
  chart.y_label = "score by B";
  chart.series = {{"good", dots_of(comparison, Label::good), Colour::good, true},
                  {"defective", dots_of(comparison, Label::defective), Colour::defective, true}};
  const double threshold_a = comparison.a.model.threshold, threshold_b = comparison.b.model.threshold;
  chart.x_range = range_of(chart.series, &Point::x, threshold_a);
  chart.y_range = range_of(chart.series, &Point::y, threshold_b);
  chart.markers = {{threshold_a, fmt::format("A's threshold {:.4g}", threshold_a)}};
  chart.levels = {{threshold_b, fmt::format("B's threshold {:.4g}", threshold_b)}};
  page.plots({draw(chart)});
  page.paragraph(
      "Upper left: what only B diverts. Lower right: what only A diverts. A model is right about defective pictures "
      "(orange) above its threshold and about good ones (blue) below it.");
}

report::Picture named(report::Picture picture, std::string_view name, const Row& row, const Model& model) {
  picture.caption = fmt::format("{}: {}", name, lineguard::to_string(row.label));
  picture.note = fmt::format("score {}", score_in_words(row, model));
  return picture;
}

// Pictures as both models see them.
class BothModels {
 public:
  BothModels(const Comparison& comparison, const dataset::Dataset& dataset, Predictor& predictor_a,
             Predictor& predictor_b, const ReportOptions& options)
      : comparison_(comparison),
        dataset_(dataset),
        predictor_a_(predictor_a),
        predictor_b_(predictor_b),
        options_(options),
        folder_(common_folder(comparison.a.rows)) {}

  void add(report::Page& page, std::string_view heading, bool better_in_b) const {
    std::vector<const ChangedPicture*> wanted;
    for (const ChangedPicture& changed : comparison_.changed) {
      if (changed.better_in_b == better_in_b) wanted.push_back(&changed);
    }
    if (wanted.empty()) return;
    const std::size_t shown = std::min(wanted.size(), 2 * options_.pictures);
    page.heading(counted_heading(heading, shown, wanted.size()));
    page.paragraph(fmt::format("{}The worst first: defective before good, then by the distance from the threshold. {}",
                               comparison_.a.counts_parts ? pictures_of_parts(better_in_b) : "", kLegend));
    std::vector<report::PicturePair> pairs;
    std::string not_shown;
    for (std::size_t i = 0; i < shown; ++i) {
      auto pair = draw(*wanted[i]);
      if (pair) pairs.push_back(std::move(*pair));
      if (!pair) not_shown += fmt::format("{}: {}. ", comparison_.b.rows[wanted[i]->row_b].image, pair.error().message);
    }
    page.pairs(pairs);
    if (!not_shown.empty()) page.paragraph("Not shown: " + not_shown);
  }

 private:
  std::string pictures_of_parts(bool better_in_b) const {
    const stats::Discordant &miss = comparison_.miss.discordant, &overkill = comparison_.overkill.discordant;
    return fmt::format("Pictures of {}, those that just one model diverts. ",
                       count_of(better_in_b ? miss.only_a + overkill.only_a : miss.only_b + overkill.only_b, "part"));
  }

  Result<report::PicturePair> draw(const ChangedPicture& changed) const {
    const Row &a = comparison_.a.rows[changed.row_a], &b = comparison_.b.rows[changed.row_b];
    const int side_px = options_.picture_side_px;
    const Model &model_a = comparison_.a.model, &model_b = comparison_.b.model;
    const std::string_view name = without_folder(a.image, folder_);
    LINEGUARD_ASSIGN(auto left, overlay_of(a, name, dataset_, predictor_a_, model_a, side_px));
    LINEGUARD_ASSIGN(auto right, overlay_of(b, name, dataset_, predictor_b_, model_b, side_px));
    return report::PicturePair{named(std::move(left), "A", a, model_a), named(std::move(right), "B", b, model_b),
                               fmt::format("{} · {}", name, a.class_name)};
  }

  const Comparison& comparison_;
  const dataset::Dataset& dataset_;
  Predictor& predictor_a_;
  Predictor& predictor_b_;
  const ReportOptions& options_;
  const std::string folder_;
};

}  // namespace

std::string to_html(const Comparison& comparison, const dataset::Dataset& dataset, Predictor& predictor_a,
                    Predictor& predictor_b, const ReportOptions& options) {
  const auto name_of = [](const Evaluation& evaluation) {
    return fmt::format("{} version {}", evaluation.model.identity.name, evaluation.model.identity.version);
  };
  report::Page page(
      "Is model B better than model A?",
      fmt::format("A: {} · B: {} · {} good and {} defective pictures, predicted by both", name_of(comparison.a),
                  name_of(comparison.b), comparison.n_good, comparison.n_defective));
  page.notice(mood_of(comparison.verdict), comparison.verdict_in_words);
  for (const Evaluation* model : {&comparison.a, &comparison.b}) {
    for (const std::string& note : caveats_of(*model))
      page.notice(note == model->learned.note ? report::Mood::bad : report::Mood::attention, note);
  }
  add_failures(page, comparison);
  add_table(page, comparison);
  add_scores(page, comparison);
  const BothModels both(comparison, dataset, predictor_a, predictor_b, options);
  both.add(page, "Wrong in B, right in A", false);
  both.add(page, "Right in B, wrong in A", true);
  if (comparison.changed.empty()) page.paragraph("No part is decided otherwise.");
  add_failed_pictures(page, comparison);
  page.heading("Where the figures come from");
  page.facts(facts_of(options.provenance, {{"A", &comparison.a}, {"B", &comparison.b}}));
  return page.html();
}

}  // namespace lineguard::evaluation
