// How well scores order good and defective pictures. Higher is worse; ties count half. Scores are finite; pure
// functions.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/stats/bootstrap.h>
#include <lineguard/stats/bounds.h>

namespace lineguard::stats {

// P(a defective picture's score is above a good one's), ties half: Mann and Whitney's U over all pairs.
// Errors (here and below): refused where a side is empty, invalid_argument where a score is not finite.
Result<double> auroc(std::span<const double> good, std::span<const double> defective);

struct AurocEstimate {
  double value = 0;
  Interval interval;                        // of the stated confidence
  std::size_t n_good = 0, n_defective = 0;  // scores
  double confidence = 0.95;
  std::string method;  // how the interval came about, in words
};

// Which scores belong together because they show the same part: a number from 0 without gaps for each score. Empty:
// every score stands for itself.
struct PartNumbers {
  std::vector<std::size_t> good, defective;
};

// Gives such numbers, in the order in which parts come; a picture whose part has no name is a part of its own.
class PartNumbering {
 public:
  std::size_t number_of(const std::string& part);
  std::size_t count() const { return count_; }

 private:
  std::map<std::string, std::size_t> known_;
  std::size_t count_ = 0;
};

// Interval by a bootstrap that draws whole parts, stratified by label: several pictures of one part tell less than as
// many parts. It is never narrower than Newcombe's score interval (Stat. Med. 2006, method 5) for the numbers of parts:
// where the separation is nearly perfect most resamples say that it is, and with 15 to 60 parts a side the bootstrap's
// lower end lay above the truth in 5 to 11 % of draws where 2.5 % are meant. Where the separation is perfect, or a side
// has fewer than 10 parts, the score interval stands alone.
// REQUIRES: parts' lists are empty or as long as the scores.
Result<AurocEstimate> auroc_with_interval(std::span<const double> good, std::span<const double> defective,
                                          const BootstrapOptions& options = {}, const PartNumbers& parts = {});

// Newcombe's method 5: the values a whose distance from `value` is within z standard errors at a.
Interval newcombe_interval(double value, std::size_t n_good, std::size_t n_defective, double confidence = 0.95);

// Sum over the thresholds of precision x step in recall, no interpolation.
Result<double> average_precision(std::span<const double> good, std::span<const double> defective);

struct F1Max {
  double f1 = 0;
  double threshold = 0;  // scores above it are called defective; half way to the next score below
};
Result<F1Max> f1_max(std::span<const double> good, std::span<const double> defective);

// Calling scores >= threshold defective. From (0, 0) with threshold +inf to (1, 1); one point per distinct score.
struct RocPoint {
  double false_positive_rate = 0, true_positive_rate = 0, threshold = 0;
};
Result<std::vector<RocPoint>> roc_curve(std::span<const double> good, std::span<const double> defective);

}  // namespace lineguard::stats
