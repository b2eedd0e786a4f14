#include "operating_point.h"

#include "cuts.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>

#include <fmt/format.h>

#include <lineguard/stats/bounds.h>
#include <lineguard/stats/threshold.h>

namespace lineguard::detector {
namespace {

constexpr std::size_t kHighestShown = 3;
constexpr std::size_t kFewestForLead = 6;
constexpr double kRareLead = 0.1;  // with normal tails one in a hundred such sets is warned of

// The threshold that keeps the overkill asked for; where there are too few good parts, the strictest that they support.
Result<package::OperatingPoint> choose_operating_point(const std::vector<double>& scores, const TrainConfig& config,
                                                       bool must_reach, std::vector<std::string>& warnings) {
  auto chosen = stats::threshold_for_overkill(scores, config.max_overkill, config.confidence);
  if (!chosen && (chosen.error().code != ErrorCode::refused || must_reach)) return chosen.error();
  if (!chosen) {
    chosen = stats::threshold_at_rank(scores, 0, config.confidence);
    if (!chosen) return chosen.error();
    warnings.push_back(
        fmt::format("{} good parts support an overkill bound of {:.1f} % at {:.0f} % confidence, not the {:.1f} % "
                    "asked for: that needs "
                    "{} good parts",
                    scores.size(), 100 * chosen->overkill_bound, 100 * config.confidence, 100 * config.max_overkill,
                    stats::trials_needed(config.max_overkill, 0, config.confidence)));
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

// One a part, its worst picture; highest score first.
std::vector<ScoredPicture> good_parts(const std::vector<PictureScore>& pictures) {
  std::map<std::string, ScoredPicture> parts;
  for (const PictureScore& picture : pictures) {
    if (!picture.worst_good || !picture.tells_good) continue;
    const auto [part, is_new] =
        parts.try_emplace(picture.sample->part, ScoredPicture{picture.sample->name, *picture.worst_good});
    if (!is_new && *picture.worst_good > part->second.score) part->second = {picture.sample->name, *picture.worst_good};
  }
  std::vector<ScoredPicture> ranked;
  for (auto& [name, part] : parts) ranked.push_back(std::move(part));
  std::ranges::stable_sort(ranked, std::greater<>(), &ScoredPicture::score);
  return ranked;
}

// How likely the highest score is this far above the next where all come from one source: i times the gap between the
// i-th and the next is exponential with one mean for the highest of an exponential tail (Renyi 1953), so that the first
// over the mean of k others is F(2, 2k) distributed.
double chance_of_lead(const std::vector<ScoredPicture>& parts) {
  const std::size_t others = std::min<std::size_t>(parts.size() / 2, 10);
  double sum = 0;
  for (std::size_t i = 1; i <= others; ++i) sum += static_cast<double>(i + 1) * (parts[i].score - parts[i + 1].score);
  const double lead = parts[0].score - parts[1].score;
  if (!(sum > 0)) return lead > 0 ? 0 : 1;
  return std::pow(1 + lead / sum, -static_cast<double>(others));
}

// Of a part that alone holds the threshold up. Empty where there is none.
std::string word_on_lone_part(const std::vector<ScoredPicture>& parts, const package::OperatingPoint& point) {
  if (point.good_above > 0 || parts.size() < kFewestForLead || chance_of_lead(parts) > kRareLead) return "";
  const double highest = parts[0].score, next = parts[1].score, median = parts[parts.size() / 2].score;
  return fmt::format(
      "one good part alone sets the threshold: {} scores {:.4g}, the next {:.4g}, half of the good parts less than "
      "{:.4g}. "
      "Look at it again: if it is not good, or not what the line will see, leave it out and fewer defects are missed",
      parts[0].picture, highest, next, median);
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
  point.miss_bound = stats::upper_bound(
      {static_cast<std::size_t>(point.defective_below), static_cast<std::size_t>(point.defective_n)}, point.confidence);
}

// Where what stands for good parts is not quite one.
void say_what_stands_for_good_parts(const TrainingSet& set, const TrainConfig& config, TrainReport& report) {
  auto& method = report.operating_point.method;
  if (config.templates && set.twins.size() == set.good_count()) {
    method += "; the good pictures are templates, each compared with itself";
    report.warnings.push_back(
        "the good pictures are templates, each compared with itself: real good parts differ from theirs and may score "
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
                                       const TrainConfig& config, bool with_labels, const TrainOptions& options,
                                       TrainReport& report) {
  const auto pictures = score_pictures(set, scores);
  const auto parts = good_parts(pictures);
  std::vector<double> good_scores;
  for (const ScoredPicture& part : parts) good_scores.push_back(part.score);
  auto& point = report.operating_point;
  LINEGUARD_ASSIGN(point, choose_operating_point(good_scores, config, options.must_reach_overkill, report.warnings));
  report.highest_good.assign(parts.begin(),
                             parts.begin() + static_cast<std::ptrdiff_t>(std::min(kHighestShown, parts.size())));
  if (with_labels) {
    count_misses(pictures, point);
    say_what_stands_for_good_parts(set, config, report);
  }
  const bool costs_nothing = point.defective_n > 0 && point.defective_below == 0;
  const auto word = costs_nothing || set.areas_calibrate ? "" : word_on_lone_part(parts, point);
  if (!word.empty()) report.warnings.push_back(word);
  return {};
}

}  // namespace lineguard::detector
