#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include <lineguard/core/words.h>
#include <lineguard/evaluation/evaluate.h>
#include <lineguard/stats/bounds.h>
#include <lineguard/stats/threshold.h>

namespace lineguard::evaluation {
namespace {

std::string in_words(const ThresholdForMiss& chosen) {
  std::string words = fmt::format(
      "For a miss rate of at most {:g} % with {:g} % confidence: threshold {:.6g}; {} of n = {} defective parts below "
      "it, a miss rate of {}",
      100 * chosen.max_miss, 100 * chosen.confidence, chosen.threshold, chosen.below.events, chosen.below.n,
      at_most(chosen.miss_bound));
  if (!chosen.overkill_bound) return words + "; overkill unknown: no good part.";
  return words + fmt::format("; {} of n = {} good parts diverted by it, an overkill rate of {}.", chosen.above.events,
                             chosen.above.n, at_most(*chosen.overkill_bound));
}

}  // namespace

void choose_threshold_for_miss(Evaluation& evaluation, double max_miss, double confidence) {
  const auto parts = parts_of(evaluation.rows);
  const auto good = scores_of(parts, Label::good), defective = scores_of(parts, Label::defective);
  ThresholdForMiss chosen{max_miss, confidence, {}, 0, {0, defective.size()}, {0, good.size()}, 1, {}};
  const auto found = stats::threshold_for_miss(defective, max_miss, confidence);
  if (!found) {
    chosen.refused = found.error().message;
    evaluation.notes.push_back(
        fmt::format("No threshold for a miss rate of at most {:g} %: {}", 100 * max_miss, chosen.refused));
  } else {
    chosen.threshold = found->threshold;
    chosen.miss_bound = found->miss_bound;
    const auto is_below = [&](double score) { return score <= chosen.threshold; };
    // What is unknown is diverted, too: it counts against the threshold on both sides.
    const auto is_diverted = [&](double score) { return score > chosen.threshold - evaluation.model.unknown_band; };
    chosen.below.events = static_cast<std::size_t>(std::ranges::count_if(defective, is_below));
    chosen.above.events = static_cast<std::size_t>(std::ranges::count_if(good, is_diverted));
    if (!good.empty()) chosen.overkill_bound = stats::upper_bound(chosen.above, confidence);
    evaluation.notes.push_back(in_words(chosen));
  }
  evaluation.max_miss = std::move(chosen);
}

}  // namespace lineguard::evaluation
