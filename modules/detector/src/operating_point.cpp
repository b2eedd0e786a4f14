#include "operating_point.h"

#include <fmt/format.h>

#include <lineguard/stats/bounds.h>
#include <lineguard/stats/threshold.h>

namespace lineguard::detector {

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

}  // namespace lineguard::detector
