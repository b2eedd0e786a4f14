#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include <fmt/format.h>

#include <lineguard/stats/bounds.h>
#include <lineguard/stats/threshold.h>

namespace lineguard::stats {

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

}  // namespace lineguard::stats
