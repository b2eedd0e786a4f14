// Acceptance: whether labelled parts show that a model keeps the rates that were asked for. Pure.
//
// Bounds are exact and one-sided (Clopper and Pearson 1934). A point that was fixed before the parts were seen is
// judged by its counts; that every claim must be shown needs no correction (intersection-union test, Berger 1982). A
// threshold that is chosen on the same parts is an order statistic whose rank follows from n and the limit alone, so
// that its bound counts the selection (Wilks 1941); where misses and overkill both limit it, each gets half of the
// error, for the threshold may lie anywhere between both order statistics. Simulated: bench/coverage.cpp.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/acceptance/parts.h>
#include <lineguard/core/result.h>
#include <lineguard/stats/bounds.h>

namespace lineguard::acceptance {

// What is to be shown; at least one limit. Shares, above 0 and below 1.
struct Limits {
  std::optional<double> max_miss, max_overkill;
  std::optional<double> max_escapes;  // P(defective | passed); needs defect_rate
  std::optional<double> defect_rate;  // assumed, not shown
  double confidence = 0.95;
  bool every_class = false;  // max_miss must be shown of each defect class, too
};
// Errors: invalid_argument, naming what is missing or out of its range.
Result<void> check(const Limits& limits);

// One sentence of the answer.
struct Claim {
  std::string what;        // "miss rate", "overkill rate", "escape rate"
  std::string class_name;  // of one defect class; else empty
  stats::Count count;      // what the bound rests on; of the escape rate the defective parts
  double limit = 0;
  double bound = 1;          // upper, one-sided
  double confidence = 0.95;  // of the bound
  std::size_t needed = 0;    // parts of the kind, with as many events; 0: no number shows it while the rate is so high
  bool decides = true;       // else it is told, for no limit was asked of it
  bool shown() const { return count.n > 0 && bound <= limit; }
  std::size_t missing() const { return needed > count.n ? needed - count.n : 0; }
};

// Of a threshold that was chosen.
struct Choice {
  double lowest = 0,
         highest = 0;  // every threshold from one to the other keeps the limits; equal where one side is free
};

struct Acceptance {
  Limits limits;
  double threshold = 0, unknown_band = 0;
  std::optional<Choice> choice;  // none: the point was given
  std::string method;            // in words
  std::vector<Claim> claims;
  std::vector<Claim> classes;                         // by name; decide where limits.every_class
  Rate miss, overkill;                                // counted at the threshold
  std::size_t failed_good = 0, failed_defective = 0;  // parts with a picture that could not be judged
  std::string refused;                                // why no threshold was chosen, in words; else empty

  bool accepted() const;
};

// A threshold with its band: |score - threshold| below it is unknown and diverted.
struct Point {
  double threshold = 0, unknown_band = 0;
};

// Judges the labels that the parts have. A good part with a picture that could not be judged counts as diverted, which
// it would be on the line; a defective one is left out, for nothing shows that the model finds it. Errors: those of
// check(Limits).
Result<Acceptance> accept_point(const std::vector<Part>& parts, const Point& point, const Limits& limits);

// Chooses the threshold by the parts' scores and judges it. Limits need max_miss or max_overkill; with max_escapes both
// sides are needed and the miss rate is limited so that the escape rate follows. Where no threshold is shown,
// `refused` says why. REQUIRES: labels were given without region rules.
Result<Acceptance> choose_point(const std::vector<Part>& parts, double unknown_band, const Limits& limits);

// What is missing, in words: "240 more defective parts without a miss". Empty where it is accepted.
std::vector<std::string> what_is_missing(const Acceptance& acceptance);

}  // namespace lineguard::acceptance
