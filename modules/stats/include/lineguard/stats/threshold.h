// A threshold from held-back good parts, with a bound on overkill that holds whatever the scores' distribution.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <lineguard/core/result.h>

namespace lineguard::stats {

// Pictures of one part are no independent trials: a part is diverted where one of its pictures is (docs/adr/0019).
class WorstOfParts {
 public:
  void add(const std::string& part, double score);
  std::vector<double> scores() const;  // one a part, in the order of their names

 private:
  std::map<std::string, double> worst_;
};

// A score above the threshold is `defective`; one equal to it is not.
struct RankThreshold {
  double threshold = 0;
  std::size_t above = 0;      // so many of the good scores may lie above it (fewer where scores are tied)
  std::size_t n = 0;          // good scores
  double overkill_bound = 1;  // P(overkill rate of new good parts <= this) >= confidence
  double confidence = 0.95;
};

// The (above + 1)-th largest of `good_scores`. The rate of later good parts beyond an order statistic is
// Beta(above + 1, n - above) distributed (Wilks, 1941), for any continuous score; its upper bound is the
// Clopper-Pearson bound for `above` of n. Errors: invalid_argument where above >= n or a score is not finite.
Result<RankThreshold> threshold_at_rank(std::span<const double> good_scores, std::size_t above,
                                        double confidence = 0.95);

// The lowest threshold whose bound is at most max_overkill (0 to 1): of all that keep the promise, the one that misses
// least. Errors: refused where there are too few scores for any threshold, with the number needed; invalid_argument.
Result<RankThreshold> threshold_for_overkill(std::span<const double> good_scores, double max_overkill,
                                             double confidence = 0.95);

// The other way round: a threshold from defective parts, with a bound on misses.
struct MissThreshold {
  double threshold = 0;
  std::size_t below = 0;  // so many of the defective scores may be missed (fewer where scores are tied)
  std::size_t n = 0;      // defective scores
  double miss_bound = 1;  // P(miss rate of new defective parts <= this) >= confidence
  double confidence = 0.95;
};

// The highest threshold whose bound is at most max_miss (0 to 1): of all that keep the promise, the one that diverts
// fewest good parts. Errors: refused where there are too few scores, with the number needed; invalid_argument.
Result<MissThreshold> threshold_for_miss(std::span<const double> defective_scores, double max_miss,
                                         double confidence = 0.95);

}  // namespace lineguard::stats
