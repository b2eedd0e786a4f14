// What each threshold would do on labelled parts. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/acceptance/parts.h>
#include <lineguard/stats/bounds.h>

namespace lineguard::acceptance {

struct ThresholdRow {
  double threshold = 0;
  bool in_use = false;
  stats::Count missed, diverted;     // of the defective and of the good parts; unknown ones are diverted
  stats::Interval miss, overkill;    // exact, two-sided
  std::optional<double> f1;          // of "defective" among these parts; none without defective parts
  stats::Interval f1_interval;       // from the joint box of both rates, for parts mixed like these
  std::optional<double> escapes;     // P(defective | passed); none without a defect rate
  stats::Interval escapes_interval;  // likewise
};

struct ThresholdOptions {
  double unknown_band = 0;
  double confidence = 0.95;
  std::optional<double> defect_rate;
  std::size_t most_rows = 200;  // >= 2
};

// By threshold, lowest first: half way between neighbouring scores, evenly thinned to `most_rows`, and the one in use.
// Each row's intervals are those of a threshold that was fixed beforehand: picking the best row and quoting its
// interval claims too much (choose_point() accounts for that). Region rules are not applied. Empty without a part.
std::vector<ThresholdRow> threshold_table(const std::vector<Part>& parts, double in_use,
                                          const ThresholdOptions& options);

// Header and a line a row: threshold, in_use, missed, defective, miss_rate, miss_low, miss_high, diverted, …
std::string to_csv(const std::vector<ThresholdRow>& table);

// Two or three points worth a look, each with why: the one that keeps every found defect, the best F1, the one without
// overkill. For `train`, where its threshold misses most defects although scores separate them.
struct ProposedPoint {
  std::string why;
  ThresholdRow row;
};
std::vector<ProposedPoint> propose_points(const std::vector<ThresholdRow>& table);

}  // namespace lineguard::acceptance
