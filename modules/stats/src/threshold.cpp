#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include <lineguard/stats/bounds.h>
#include <lineguard/stats/threshold.h>

namespace lineguard::stats {

void WorstOfParts::add(const std::string& part, double score) {
  const auto [at, is_new] = worst_.emplace(part, score);
  if (!is_new) at->second = std::max(at->second, score);
}

std::vector<double> WorstOfParts::scores() const {
  std::vector<double> scores;
  for (const auto& [part, score] : worst_) scores.push_back(score);
  return scores;
}

Result<RankThreshold> threshold_at_rank(std::span<const double> good_scores, std::size_t above, double confidence) {
  const std::size_t n = good_scores.size();
  if (above >= n) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("{} of {} good scores can't lie above a threshold chosen among them", above, n));
  }
  if (!std::ranges::all_of(good_scores, [](double score) { return std::isfinite(score); }))
    return make_error(ErrorCode::invalid_argument, "a good part's score is not a finite number");
  std::vector<double> scores(good_scores.begin(), good_scores.end());
  const auto rank = scores.begin() + static_cast<std::ptrdiff_t>(above);
  std::ranges::nth_element(scores, rank, std::greater<>());
  return RankThreshold{*rank, above, n, upper_bound({above, n}, confidence), confidence};
}

Result<RankThreshold> threshold_for_overkill(std::span<const double> good_scores, double max_overkill,
                                             double confidence) {
  if (!(max_overkill > 0 && max_overkill < 1)) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("the allowed overkill rate must lie between 0 and 1, not {}", max_overkill));
  }
  const AllowedEvents allowed = allowed_events(max_overkill, good_scores.size(), confidence);
  if (!allowed.possible) {
    return make_error(
        ErrorCode::refused,
        fmt::format("{} held-back good parts can't show an overkill rate of at most {:g} % with {:g} % confidence: "
                    "{} are needed; the best bound they give is {:.3g} %",
                    good_scores.size(), max_overkill * 100, confidence * 100,
                    trials_needed(max_overkill, 0, confidence),
                    upper_bound({0, good_scores.size()}, confidence) * 100));
  }
  return threshold_at_rank(good_scores, allowed.events, confidence);
}

Result<MissThreshold> threshold_for_miss(std::span<const double> defective_scores, double max_miss, double confidence) {
  if (!(max_miss > 0 && max_miss < 1)) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("the allowed miss rate must lie between 0 and 1, not {}", max_miss));
  }
  const AllowedEvents allowed = allowed_events(max_miss, defective_scores.size(), confidence);
  if (!allowed.possible) {
    return make_error(
        ErrorCode::refused,
        fmt::format("{} defective parts can't show a miss rate of at most {:g} % with {:g} % confidence: {} are needed "
                    "(without a miss); the best bound that these give is {:.3g} %",
                    defective_scores.size(), max_miss * 100, confidence * 100, trials_needed(max_miss, 0, confidence),
                    upper_bound({0, defective_scores.size()}, confidence) * 100));
  }
  std::vector<double> mirrored;
  for (const double score : defective_scores) mirrored.push_back(-score);
  LINEGUARD_ASSIGN(const RankThreshold chosen, threshold_at_rank(mirrored, allowed.events, confidence));
  // A score equal to the threshold is not defective: just below the score that must be found.
  const double threshold = std::nextafter(-chosen.threshold, -std::numeric_limits<double>::infinity());
  return MissThreshold{threshold, chosen.above, chosen.n, chosen.overkill_bound, confidence};
}

}  // namespace lineguard::stats
