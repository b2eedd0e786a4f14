#include "figures.h"
#include "gallery.h"
#include "thresholds_html.h"
#include "words.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <fmt/format.h>

#include <lineguard/core/words.h>
#include <lineguard/evaluation/output.h>
#include <lineguard/report/html.h>
#include <lineguard/stats/roc.h>

namespace lineguard::evaluation {
namespace {

using report::Colour;
using report::Mood;

std::vector<report::KeyFigure> key_figures(const Evaluation& evaluation) {
  std::vector<report::KeyFigure> figures;
  if (evaluation.auroc) {
    figures.push_back({"Image AUROC", figure(evaluation.auroc->value), basis_of(*evaluation.auroc)});
  }
  const double confidence = evaluation.confidence;
  figures.push_back({"Miss rate", rate_in_words(evaluation.miss), basis_of(evaluation.miss, confidence, "defective"),
                     evaluation.miss.count.n == 0 ? Mood::attention : Mood::neutral});
  figures.push_back({"Overkill rate", rate_in_words(evaluation.overkill),
                     basis_of(evaluation.overkill, confidence, "good"), Mood::neutral});
  if (evaluation.average_precision) {
    figures.push_back(
        {"Average precision", figure(*evaluation.average_precision),
         fmt::format("best F1 {} at {:.4g}", figure(evaluation.f1_max->f1), evaluation.f1_max->threshold)});
  }
  if (evaluation.pixels) {
    const PixelFigures& pixels = *evaluation.pixels;
    figures.push_back(
        {"Pixel AUROC / AUPRO", fmt::format("{} / {}", figure(pixels.auroc), figure(pixels.aupro)),
         fmt::format("{} with {}, on a grid of at most {} px; AUPRO to FPR 0.3",
                     count_of(pixels.pictures_with_mask, "mask"), count_of(pixels.regions, "region"), pixels.grid_px)});
  }
  if (!evaluation.detections.empty()) {
    const auto& boxes = evaluation.detections.front();
    figures.push_back({"Defects found in their place", fmt::format("{} of {}", boxes.recalled.events, boxes.recalled.n),
                       fmt::format("at an IoU of {:g}; {} of {} reported regions false", boxes.iou,
                                   boxes.false_boxes.events, boxes.false_boxes.n)});
  }
  figures.push_back({"Unknown", std::to_string(evaluation.overkill.unknown + evaluation.miss.unknown),
                     fmt::format("{} good, {} defective within {:.2g} of the threshold; diverted",
                                 evaluation.overkill.unknown, evaluation.miss.unknown, evaluation.model.unknown_band)});
  if (evaluation.any_predicted())
    figures.push_back({"Time a picture", fmt::format("{:.1f} ms", evaluation.decode_p50_ms + evaluation.predict_p50_ms),
                       timing_in_words(evaluation)});
  if (evaluation.n_errors > 0) {
    figures.push_back({"Not evaluated", std::to_string(evaluation.n_errors),
                       "could not be read or predicted; listed below", Mood::bad});
  }
  return figures;
}

report::Plot histogram(const std::vector<double>& good, const std::vector<double>& defective, double threshold) {
  report::Histogram histogram;
  histogram.title = "Scores of good and defective pictures";
  histogram.description = fmt::format("{} good and {} defective pictures by raw score; the threshold is {:.4g}.",
                                      good.size(), defective.size(), threshold);
  histogram.x_label = "raw score (higher is worse)";
  if (!good.empty()) histogram.groups.push_back({"good", good, Colour::good});
  if (!defective.empty()) histogram.groups.push_back({"defective", defective, Colour::defective});
  histogram.markers.push_back({threshold, fmt::format("threshold {:.4g}", threshold)});
  return draw(histogram);
}

void add_plots(report::Page& page, const Evaluation& evaluation) {
  const auto good = scores_of(evaluation.rows, Label::good), defective = scores_of(evaluation.rows, Label::defective);
  if (good.empty() && defective.empty()) return;
  page.heading("Scores");
  std::vector<report::Plot> plots{histogram(good, defective, evaluation.model.threshold)};
  for (report::Plot& curve : threshold_curves(evaluation)) plots.push_back(std::move(curve));
  page.plots(plots);
}

void add_classes(report::Page& page, const Evaluation& evaluation) {
  if (evaluation.classes.empty()) return;
  page.heading("Defect classes");
  report::Table table{{"class", evaluation.counts_parts ? "parts" : "pictures", "missed", "miss rate", "95 % interval",
                       "unknown", "AUROC", "interval"},
                      {},
                      1};
  table.header[4] = fmt::format("{:g} % interval", evaluation.confidence * 100);
  for (const ClassFigures& figures : evaluation.classes) {
    const auto& rate = figures.miss;
    table.rows.push_back(
        {figures.class_name, std::to_string(rate.count.n), std::to_string(rate.count.events), rate_in_words(rate),
         interval_in_words(rate), std::to_string(rate.unknown), figures.auroc ? figure(figures.auroc->value) : "–",
         figures.auroc
             ? fmt::format("{} to {}", figure(figures.auroc->interval.low), figure(figures.auroc->interval.high))
             : "–"});
  }
  page.table(table);
  const auto several = [](const Row& row) { return row.classes.size() > 1; };
  if (std::ranges::any_of(evaluation.rows, several))
    page.paragraph("A picture with defects of several classes counts under each of them.");
}

void add_detections(report::Page& page, const Evaluation& evaluation) {
  if (evaluation.detections.empty()) return;
  page.heading("Regions against true boxes");
  report::Table table{{"IoU at least", "mean AP", "interval", "true boxes found", "false of all reported",
                       "false boxes a good picture"},
                      {},
                      0};
  for (const stats::DetectionFigures& figures : evaluation.detections) {
    table.rows.push_back({fmt::format("{:g}", figures.iou), figure(figures.mean_average_precision),
                          fmt::format("{} to {}", figure(figures.interval.low), figure(figures.interval.high)),
                          fmt::format("{} of {}", figures.recalled.events, figures.recalled.n),
                          fmt::format("{} of {}", figures.false_boxes.events, figures.false_boxes.n),
                          figures.pictures_good > 0 ? fmt::format("{:.2f}", figures.false_boxes_a_good_picture) : "–"});
  }
  page.table(table);
  page.paragraph(evaluation.detections[0].by_class
                     ? "Average precision by class (PASCAL VOC 2010, all points), its mean over the classes."
                     : "The model names no classes: one average precision over all boxes.");
}

void add_confusion(report::Page& page, const Evaluation& evaluation) {
  std::set<std::string> columns;
  for (const ConfusionRow& row : evaluation.confusion) {
    for (const auto& [said, n] : row.said) columns.insert(said);
  }
  if (evaluation.confusion.empty()) return;
  page.heading("What was taken for what, by picture");
  report::Table table{{"truth"}, {}, 1};
  for (const std::string& column : columns) table.header.push_back("called " + column);
  for (const ConfusionRow& row : evaluation.confusion) {
    table.rows.push_back({row.class_name});
    for (const std::string& column : columns) {
      const auto found = row.said.find(column);
      table.rows.back().push_back(found == row.said.end() ? "0" : std::to_string(found->second));
    }
  }
  page.table(table);
}

void add_groups(report::Page& page, const Evaluation& evaluation) {
  if (evaluation.groups.empty()) return;
  page.heading("By size of the defect and look of the picture");
  report::Table table{
      {"property", "group", "missed", "miss rate", "interval", "diverted", "overkill rate", "interval"}, {}, 2};
  const auto cells = [](const Rate& rate) {
    return std::vector<std::string>{fmt::format("{} of {}", rate.count.events, rate.count.n), rate_in_words(rate),
                                    interval_in_words(rate)};
  };
  for (const GroupFigures& group : evaluation.groups) {
    auto& row = table.rows.emplace_back(std::vector<std::string>{group.property, group.group});
    for (const Rate* rate : {&group.miss, &group.overkill}) {
      const auto added = cells(*rate);
      row.insert(row.end(), added.begin(), added.end());
    }
  }
  page.table(table);
}

// Groups whose rate stands out: the interval of the group begins above the rate of all, or the group has most of the
// events.
void add_worst_slices(report::Page& page, const Evaluation& evaluation) {
  struct Slice {
    std::string of, error;
    const Rate* rate;
  };
  std::vector<Slice> slices;
  for (const ClassFigures& figures : evaluation.classes)
    slices.push_back({"class " + figures.class_name, "missed", &figures.miss});
  for (const GroupFigures& group : evaluation.groups) {
    slices.push_back({group.property + " " + group.group, "missed", &group.miss});
    slices.push_back({group.property + " " + group.group, "diverted", &group.overkill});
  }
  std::erase_if(slices, [](const Slice& slice) { return slice.rate->count.events == 0; });
  std::ranges::stable_sort(slices, std::greater<>(), [](const Slice& slice) { return slice.rate->interval.low; });
  constexpr std::size_t kShown = 8;
  if (slices.size() > kShown) slices.resize(kShown);
  if (slices.empty()) return;
  page.heading("Where most errors are");
  page.paragraph(
      "Groups of parts by the lower end of their error rate's interval; the rate of all for comparison: " +
      fmt::format("missed {}, diverted {}.", rate_in_words(evaluation.miss), rate_in_words(evaluation.overkill)));
  report::Table table{{"group", "error", "parts", "rate", "interval"}, {}, 2};
  for (const Slice& slice : slices) {
    table.rows.push_back({slice.of, slice.error, fmt::format("{} of {}", slice.rate->count.events, slice.rate->count.n),
                          rate_in_words(*slice.rate), interval_in_words(*slice.rate)});
  }
  page.table(table);
}

// Known defects that the region rules let pass: what a limit hides.
void add_hidden_by_rules(report::Page& page, Gallery& gallery, const Evaluation& evaluation, std::size_t limit) {
  if (evaluation.model.rules.empty()) return;
  std::vector<const Row*> hidden;
  for (const Row& row : evaluation.rows) {
    if (row.truth == Label::defective && !row.rule.empty()) hidden.push_back(&row);
  }
  const auto good = std::ranges::count_if(evaluation.rows,
                                          [](const Row& row) { return row.truth == Label::good && !row.rule.empty(); });
  std::ranges::stable_sort(hidden, std::greater<>(), &Row::score);
  page.heading("What the region rules hide");
  page.paragraph(fmt::format("{} above the threshold are good by the rules: {} defective, {} good.",
                             count_of(hidden.size() + static_cast<std::size_t>(good), "picture"), hidden.size(), good));
  report::Table table{{"rule", "defective pictures", "good pictures"}, {}, 1};
  std::map<std::string, std::pair<std::size_t, std::size_t>> by_rule;
  for (const Row& row : evaluation.rows) {
    if (row.rule.empty() || row.truth == Label::unknown) continue;
    ++(row.truth == Label::defective ? by_rule[row.rule].first : by_rule[row.rule].second);
  }
  for (const auto& [rule, count] : by_rule)
    table.rows.push_back({rule, std::to_string(count.first), std::to_string(count.second)});
  if (!by_rule.empty()) page.table(table);
  gallery.add_first("Known defects that the rules hide", "The highest scores first.", hidden, limit);
}

void add_how_it_is_counted(report::Page& page, const Evaluation& evaluation) {
  page.heading("How found and missed are counted");
  page.paragraph(
      "Everywhere on this page the same way: a defective part is found where the label of one of its pictures is not "
      "good, by "
      "whatever region; it is missed where all are good. A good part is diverted where one of its pictures is not "
      "good. Unknown "
      "counts as diverted. A part with a picture that could not be read or predicted is in no rate.");
  if (evaluation.detections.empty()) return;
  page.paragraph(
      fmt::format("Single defects are another matter: one is found in its place where a region overlaps it by an IoU "
                  "of {:g}. A part can be "
                  "found for the wrong place.",
                  kLooseIou));
}

void add_errors(report::Page& page, const Evaluation& evaluation) {
  if (evaluation.n_errors == 0) return;
  constexpr std::size_t kShown = 50;
  page.heading("Not evaluated");
  report::Table table{{"picture", "why"}, {}, 2};
  for (const Row& row : evaluation.rows) {
    if (row.error && table.rows.size() < kShown) table.rows.push_back({row.image, row.error->message});
  }
  page.table(table);
  if (evaluation.n_errors > kShown) page.paragraph(fmt::format("and {} more", evaluation.n_errors - kShown));
}

// Pictures with this truth of parts with this truth that were passed, or diverted: then those that caused it.
std::vector<const Row*> rows_of_parts(const Evaluation& evaluation, Label truth, bool passed) {
  std::vector<const Row*> rows;
  for (const Part& part : parts_of(evaluation.rows)) {
    if (part.truth != truth || part.passed() != passed) continue;
    for (const std::size_t i : part.rows) {
      const Row& row = evaluation.rows[i];
      if (row.truth == truth && (row.label == Label::good) == passed) rows.push_back(&row);
    }
  }
  return rows;
}

// On pictures that were rightly diverted: what a person at the review station is shown is wrong all the same.
void add_wrong_regions(Gallery& gallery, const Evaluation& evaluation, std::size_t limit) {
  std::vector<const Row*> rows;
  for (const Row* row : rows_of_parts(evaluation, Label::defective, false)) {
    if (row->boxes && row->boxes->wrong() > 0) rows.push_back(row);
  }
  std::ranges::stable_sort(rows, std::greater<>(), [](const Row* row) { return row->boxes->wrong(); });
  gallery.add_first(
      "Defects not found, false regions",
      fmt::format("Pictures that are rightly diverted, but where a defect overlaps no region by a third (IoU {:g}), or "
                  "a region no defect: those with the most of both first.",
                  kLooseIou),
      rows, limit);
}

void add_mistakes(Gallery& gallery, const Evaluation& evaluation, std::size_t limit) {
  const bool parts = evaluation.counts_parts;
  auto misses = rows_of_parts(evaluation, Label::defective, true);
  std::ranges::sort(misses, std::less<>(), &Row::score);
  gallery.add_first(parts ? "Pictures of missed parts" : "Misses",
                    fmt::format("Defective pictures {}, the lowest scores first.",
                                parts ? "of parts of which every picture was called good" : "that were called good"),
                    misses, limit);
  auto overkill = rows_of_parts(evaluation, Label::good, false);
  std::ranges::sort(overkill, std::greater<>(), &Row::score);
  gallery.add_first(
      parts ? "Pictures that divert good parts" : "Overkill",
      fmt::format("Good pictures {} would be diverted, the highest scores first.", parts ? "whose parts" : "that"),
      overkill, limit);
  add_wrong_regions(gallery, evaluation, limit);
}

void add_right_ones(Gallery& gallery, const Evaluation& evaluation, std::size_t limit) {
  gallery.add_spread("Found defects", "A sample through all classes.",
                     rows_of_parts(evaluation, Label::defective, false), limit);
  gallery.add_spread("Rightly passed", "A sample.", rows_of_parts(evaluation, Label::good, true), limit / 2);
}

}  // namespace

std::string to_html(const Evaluation& evaluation, const dataset::Dataset& dataset, Predictor& predictor,
                    const ReportOptions& options) {
  const Model& model = evaluation.model;
  report::Page page(fmt::format("Evaluation of {}, version {}", model.identity.name, model.identity.version),
                    fmt::format("{} ({}), split {} · {}", evaluation.dataset, evaluation.layout, evaluation.selection,
                                counts_in_words(evaluation)));
  if (!evaluation.learned.note.empty()) page.notice(Mood::bad, evaluation.learned.note);
  for (const std::string& note : {evaluation.chosen_on, evaluation.left_out.note}) {
    if (!note.empty()) page.notice(Mood::attention, note);
  }
  page.key_figures(key_figures(evaluation));
  for (const std::string& note : evaluation.notes) page.notice(Mood::attention, note);
  page.paragraph(
      fmt::format("Rates are at the operating point \"{}\", threshold {:.6g}. A {} that is not certainly good "
                  "is diverted: unknown ones count as overkill and not as misses. Intervals of rates are exact "
                  "(Clopper-Pearson){}.",
                  model.operating_point, model.threshold, evaluation.counts_parts ? "part" : "picture",
                  evaluation.auroc ? ", that of the AUROC: " + evaluation.auroc->method : ""));
  Gallery gallery(page, evaluation, dataset, predictor, options);
  add_slider(page, evaluation);
  add_mistakes(gallery, evaluation, options.pictures);
  add_hidden_by_rules(page, gallery, evaluation, options.pictures);
  add_plots(page, evaluation);
  add_threshold_table(page, evaluation);
  add_worst_slices(page, evaluation);
  add_classes(page, evaluation);
  add_detections(page, evaluation);
  add_confusion(page, evaluation);
  add_groups(page, evaluation);
  add_right_ones(gallery, evaluation, options.pictures);
  add_errors(page, evaluation);
  add_how_it_is_counted(page, evaluation);
  page.heading("Where the figures come from");
  page.facts(facts_of(options.provenance, {{"package", &evaluation}}));
  return page.html();
}

}  // namespace lineguard::evaluation
