#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>

#include <lineguard/stats/detection.h>
#include <lineguard/stats/roc.h>

namespace lineguard::stats {
namespace {

// A found box and what became of it.
struct Hit {
  double score = 0;
  std::size_t picture = 0;
  bool right = false;
};

// Of one class: the hits, best first, and how many true boxes each picture has.
struct ClassHits {
  std::vector<Hit> hits;
  std::vector<std::size_t> truth_in;
};

// Marks which of the found boxes match, best score first; a true box is taken once.
void match(const BoxedPicture& picture, std::size_t number, double iou,
           const std::function<bool(const std::string&)>& counts, bool reported_only, ClassHits& into) {
  std::vector<const TrueBox*> truth;
  for (const TrueBox& box : picture.truth)
    if (counts(box.class_name)) truth.push_back(&box);
  into.truth_in[number] = truth.size();
  std::vector<const FoundBox*> found;
  for (const FoundBox& box : picture.found)
    if (counts(box.class_name) && (box.reported || !reported_only)) found.push_back(&box);
  std::ranges::stable_sort(found, std::greater<>(), &FoundBox::score);
  for (const FoundBox* box : found) {
    double best = 0;
    std::size_t at = truth.size();
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const double overlap = truth[i] ? intersection_over_union(box->box, truth[i]->box) : 0;
      if (overlap <= best) continue;
      best = overlap;
      at = i;
    }
    const bool right = best >= iou;
    if (right) truth[at] = nullptr;
    into.hits.push_back({box->score, number, right});
  }
}

ClassHits match_all(const std::vector<BoxedPicture>& pictures, double iou,
                    const std::function<bool(const std::string&)>& counts, bool reported_only = false) {
  ClassHits hits;
  hits.truth_in.resize(pictures.size());
  for (std::size_t i = 0; i < pictures.size(); ++i) match(pictures[i], i, iou, counts, reported_only, hits);
  std::ranges::stable_sort(hits.hits, std::greater<>(), &Hit::score);
  return hits;
}

// Area under the precision-recall curve whose precision is the best at that recall or a higher one. Equal scores are
// one point of it, so that the order of pictures says nothing. `times` says how often each picture counts.
double average_precision(const ClassHits& hits, const std::vector<std::uint32_t>& times) {
  double all = 0;
  for (std::size_t i = 0; i < times.size(); ++i) all += static_cast<double>(hits.truth_in[i]) * times[i];
  if (all == 0) return std::nan("");
  std::vector<double> recalls, precisions;
  double right = 0, found = 0;
  for (std::size_t i = 0; i < hits.hits.size(); ++i) {
    const Hit& hit = hits.hits[i];
    found += times[hit.picture];
    right += hit.right ? times[hit.picture] : 0;
    const bool more_of_this_score = i + 1 < hits.hits.size() && hits.hits[i + 1].score == hit.score;
    if (found == 0 || more_of_this_score) continue;
    recalls.push_back(right / all);
    precisions.push_back(right / found);
  }
  double area = 0, highest = 0;
  for (std::size_t i = recalls.size(); i > 0; --i) {
    highest = std::max(highest, precisions[i - 1]);
    area += highest * (recalls[i - 1] - (i > 1 ? recalls[i - 2] : 0));
  }
  return area;
}

// Over the classes that have true boxes among the pictures that count; not a number where none has.
double mean_average_precision(const std::vector<ClassHits>& classes, const std::vector<std::uint32_t>& times) {
  double sum = 0, counted = 0;
  for (const ClassHits& hits : classes) {
    const double precision = average_precision(hits, times);
    if (std::isnan(precision)) continue;
    sum += precision;
    ++counted;
  }
  return sum / counted;
}

// Where resamples hardly differ, the exact interval of a rate of that size from so many trials is the least to be said.
Interval at_least_exact(Interval interval, double value, std::size_t n, double confidence) {
  const auto events = static_cast<std::size_t>(std::lround(value * static_cast<double>(n)));
  const Interval exact = exact_interval({events, n}, confidence);
  return {std::min(interval.low, exact.low), std::max(interval.high, exact.high)};
}

std::size_t parts_with_boxes(const std::vector<BoxedPicture>& pictures, const std::vector<std::size_t>& parts) {
  std::set<std::size_t> with_boxes;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (!pictures[i].truth.empty()) with_boxes.insert(parts[i]);
  }
  return with_boxes.size();
}

void count_boxes(const std::vector<BoxedPicture>& pictures, const ClassHits& hits, DetectionFigures& figures) {
  figures.pictures = pictures.size();
  for (const BoxedPicture& picture : pictures) figures.pictures_good += picture.truth.empty();
  figures.recalled.n = std::accumulate(hits.truth_in.begin(), hits.truth_in.end(), std::size_t{0});
  std::size_t in_good = 0;
  for (const Hit& hit : hits.hits) {
    ++(hit.right ? figures.recalled : figures.false_boxes).events;
    in_good += pictures[hit.picture].truth.empty();
  }
  figures.false_boxes.n = hits.hits.size();
  if (figures.pictures_good > 0) {
    figures.false_boxes_a_good_picture = static_cast<double>(in_good) / static_cast<double>(figures.pictures_good);
  }
}

}  // namespace

double intersection_over_union(const Box& a, const Box& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const double common = width * height;
  return common / (a.width * a.height + b.width * b.height - common);
}

BoxOutcome box_outcome(const BoxedPicture& picture, double iou) {
  BoxOutcome outcome;
  const ClassHits hits = match_all(
      {picture}, iou, [](const std::string&) { return true; }, true);
  outcome.true_boxes = hits.truth_in[0];
  for (const Hit& hit : hits.hits) ++(hit.right ? outcome.found : outcome.false_boxes);
  return outcome;
}

std::optional<DetectionFigures> detection_figures(const std::vector<BoxedPicture>& pictures, double iou, bool by_class,
                                                  const BootstrapOptions& options) {
  const auto all = [](const std::string&) { return true; };
  const ClassHits any = match_all(pictures, iou, all);
  DetectionFigures figures;
  figures.iou = iou;
  figures.by_class = by_class;
  count_boxes(pictures, match_all(pictures, iou, all, true), figures);
  if (figures.recalled.n == 0) return std::nullopt;
  std::map<std::string, std::size_t> names;
  for (const BoxedPicture& picture : pictures) {
    for (const TrueBox& box : picture.truth) ++names[by_class ? box.class_name : ""];
  }
  const std::vector<std::uint32_t> once(pictures.size(), 1);
  std::vector<ClassHits> classes;
  for (const auto& [name, count] : names) {
    classes.push_back(
        by_class ? match_all(pictures, iou, [&wanted = name](const std::string& other) { return other == wanted; })
                 : any);
    figures.classes.push_back({name, average_precision(classes.back(), once), count});
  }
  figures.mean_average_precision = mean_average_precision(classes, once);
  PartNumbering numbering;
  std::vector<std::size_t> parts;
  for (const BoxedPicture& picture : pictures) parts.push_back(numbering.number_of(picture.part));
  std::vector<std::uint32_t> times(pictures.size());
  figures.interval = bootstrap_interval(
      {numbering.count()},
      [&](const ResampleCounts& drawn) {
        for (std::size_t i = 0; i < times.size(); ++i) times[i] = drawn[0][parts[i]];
        return mean_average_precision(classes, times);
      },
      options);
  const double value = figures.mean_average_precision;
  // Boxes of one part are no independent trials: where resamples say nothing of that, parts count instead.
  const std::size_t n = parts_with_boxes(pictures, parts);
  const bool says_nothing = value == 0 || value == 1 || n < kFewestForBootstrap;
  figures.interval = at_least_exact(figures.interval, value, says_nothing ? n : figures.recalled.n, options.confidence);
  return figures;
}

}  // namespace lineguard::stats
