#include "operating_point.h"

#include "labels/cuts.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <set>
#include <string>

#include <fmt/format.h>

#include <lineguard/stats/bounds.h>
#include <lineguard/stats/threshold.h>

namespace lineguard::training {
namespace {

constexpr std::size_t kHighestShown = 3;
constexpr std::size_t kFewestForLead = 6;
constexpr double kRareLead = 0.1;  // with normal tails one in a hundred such sets is warned of

// The threshold that keeps the overkill asked for; where there are too few good parts, the strictest that they support.
Result<package::OperatingPoint> choose_operating_point(const std::vector<double>& scores, const TrainConfig& config,
                                                       bool must_reach, std::size_t good_left_out,
                                                       std::vector<std::string>& warnings) {
  auto chosen = stats::threshold_for_overkill(scores, config.max_overkill, config.confidence);
  if (!chosen && (chosen.error().code != ErrorCode::refused || must_reach)) return chosen.error();
  if (!chosen) {
    chosen = stats::threshold_at_rank(scores, 0, config.confidence);
    if (!chosen) return chosen.error();
    warnings.push_back(
        fmt::format("{} good parts support an overkill bound of {:.1f} % at {:.0f} % confidence, not the {:.1f} % "
                    "aimed at (max_overkill): that needs {} good parts to learn from{}",
                    scores.size(), 100 * chosen->overkill_bound, 100 * config.confidence, 100 * config.max_overkill,
                    stats::trials_needed(config.max_overkill, 0, config.confidence),
                    good_left_out > 0 ? fmt::format(" ({} more kept for testing)", good_left_out) : ""));
  }
  package::OperatingPoint point;
  point.threshold = chosen->threshold;
  point.method =
      fmt::format("order statistic of {} good parts, each scored by a detector made without it ({})", scores.size(),
                  config.fine_tune ? "one fold, kept from the backbone's training too"
                                   : fmt::format("{}-fold cross-fitting", config.folds));
  point.max_overkill = config.max_overkill;
  point.confidence = config.confidence;
  point.good_n = static_cast<std::int64_t>(chosen->n);
  point.good_above = static_cast<std::int64_t>(chosen->above);
  point.overkill_bound = chosen->overkill_bound;
  return point;
}

bool tells_how_good_parts_score(const PictureScore& picture) {
  return picture.worst_good && picture.tells_good;
}

// The worst picture of each of the good parts that score highest.
std::vector<ScoredPicture> find_highest_good(const std::vector<PictureScore>& pictures) {
  std::vector<PictureScore> ranked;
  std::ranges::copy_if(pictures, std::back_inserter(ranked), tells_how_good_parts_score);
  std::ranges::stable_sort(ranked, std::greater<>(), &PictureScore::worst_good);
  std::vector<ScoredPicture> highest;
  std::set<std::string> parts;
  for (const PictureScore& picture : ranked) {
    if (highest.size() == kHighestShown) break;
    if (parts.insert(picture.sample->part).second) highest.push_back({picture.sample->name, *picture.worst_good});
  }
  return highest;
}

// How likely the highest score is this far above the next where all come from one source: i times the gap between the
// i-th and the next is exponential with one mean for the highest of an exponential tail (Renyi 1953), so that the first
// over the mean of k others is F(2, 2k) distributed.
// `scores`: of parts, highest first, at least three.
double chance_of_lead(const std::vector<double>& scores) {
  const std::size_t others = std::min<std::size_t>(scores.size() / 2, 10);
  double sum = 0;
  for (std::size_t i = 1; i <= others; ++i) sum += static_cast<double>(i + 1) * (scores[i] - scores[i + 1]);
  const double lead = scores[0] - scores[1];
  if (!(sum > 0)) return lead > 0 ? 0 : 1;
  return std::pow(1 + lead / sum, -static_cast<double>(others));
}

// Of a part that alone holds the threshold up; `scores` as above. Empty where there is none.
std::string lone_part_warning(const std::vector<double>& scores, const TrainReport& report) {
  const bool alone = report.operating_point.good_above == 0 && scores.size() >= kFewestForLead;
  if (!alone || chance_of_lead(scores) > kRareLead) return "";
  return fmt::format(
      "one good part alone sets the threshold: {} scores {:.4g}, the next {:.4g}, half of the good parts less than "
      "{:.4g}. Look at it again: if it is not good, or not what the line will see, leave it out and fewer defects are "
      "missed",
      report.highest_good[0].picture, scores[0], scores[1], scores[scores.size() / 2]);
}

void count_misses(const std::vector<PictureScore>& pictures, package::OperatingPoint& point) {
  stats::WorstOfParts defective;
  for (const PictureScore& picture : pictures) {
    if (picture.calibrates && picture.of_defective_part) defective.add(picture.sample->part, picture.worst);
  }
  for (const double score : defective.scores()) {
    ++point.defective_n;
    point.defective_below += score <= point.threshold ? 1 : 0;
  }
  if (point.defective_n == 0) return;
  point.miss_bound = stats::upper_bound(
      {static_cast<std::size_t>(point.defective_below), static_cast<std::size_t>(point.defective_n)}, point.confidence);
}

constexpr std::int64_t kFewestForMisses = 5;

// A threshold that one unusual good part holds up may let most of the very defects pass that were learned from.
void warn_of_misses(const TrainingSet& set, TrainReport& report) {
  const package::OperatingPoint& point = report.operating_point;
  if (point.defective_n < kFewestForMisses || 2 * point.defective_below <= point.defective_n) return;
  report.warnings.push_back(fmt::format(
      "{} of the {} defective parts {} would pass, each scored by a detector made without "
      "it: look at the good parts that score highest, allow more overkill (--max-overkill), or add pictures",
      point.defective_below, point.defective_n, set.learns_defects ? "that were learned from" : "of this set"));
}

// Where what stands for good parts is not quite one.
void say_what_stands_for_good_parts(const TrainingSet& set, TrainReport& report) {
  auto& method = report.operating_point.method;
  if (set.has_templates && set.templates_calibrate) {
    method += "; nearly all good pictures are templates, each compared with itself";
    report.warnings.push_back(
        "nearly all good pictures are templates, each compared with itself: real good parts differ from theirs and may "
        "score "
        "higher than the overkill bound says; add pictures of good parts with their templates");
  }
  if (set.areas_calibrate) {
    method += "; hardly any part was good, so each picture's tiles without a defect stand for a good picture";
    report.warnings.push_back(
        "hardly any part is good: overkill is bounded for the areas without a defect; good parts may score otherwise");
  }
}

}  // namespace

Result<void> calibrate_operating_point(const TrainingSet& set, const std::vector<double>& scores,
                                       const TrainConfig& config, const TrainOptions& options, TrainReport& report) {
  const auto pictures = score_pictures(set, scores);
  stats::WorstOfParts good;
  for (const PictureScore& picture : pictures) {
    if (tells_how_good_parts_score(picture)) good.add(picture.sample->part, *picture.worst_good);
  }
  auto good_scores = good.scores();
  std::ranges::sort(good_scores, std::greater<>());
  auto& point = report.operating_point;
  LINEGUARD_ASSIGN(point, choose_operating_point(good_scores, config, options.must_reach_overkill, report.good_left_out,
                                                 report.warnings));
  report.highest_good = find_highest_good(pictures);
  count_misses(pictures, point);
  warn_of_misses(set, report);
  say_what_stands_for_good_parts(set, report);
  const bool costs_nothing = point.defective_n > 0 && point.defective_below == 0;
  const auto word = costs_nothing || set.areas_calibrate ? "" : lone_part_warning(good_scores, report);
  if (!word.empty()) report.warnings.push_back(word);
  return {};
}

}  // namespace lineguard::training
