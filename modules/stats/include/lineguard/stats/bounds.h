// Exact bounds on a rate from counts (Clopper and Pearson, Biometrika 1934): at least the stated confidence for every
// true rate and every n, unlike normal approximations, which fail just where rates are small. Pure functions.
#pragma once

#include <cstddef>

namespace lineguard::stats {

struct Interval {
  double low = 0, high = 1;
  bool leaves_out(double value) const { return value < low || value > high; }
  bool operator==(const Interval&) const = default;
};

// `events` of `n` independent trials, 0 <= events <= n.
struct Count {
  std::size_t events = 0;
  std::size_t n = 0;
  // events / n; not a number where n is 0: ask n first.
  double rate() const;
};

// One-sided: the true rate is below (above) it with `confidence`, in (0, 1). n = 0 gives 1 (0): nothing is known.
double upper_bound(Count count, double confidence = 0.95);
double lower_bound(Count count, double confidence = 0.95);

// Two-sided, (1 - confidence) / 2 on either side.
Interval exact_interval(Count count, double confidence = 0.95);

// The smallest n for which `events` of n still show a rate of at most `rate` (0 < rate < 1) with `confidence`:
// upper_bound({events, n}) <= rate. With no event that is ceil(log(1 - confidence) / log(1 - rate)): 59 parts for 5 %.
std::size_t trials_needed(double rate, std::size_t events = 0, double confidence = 0.95);

// The most events among n trials that still show a rate of at most `rate`; `possible` is false where even none does.
struct AllowedEvents {
  bool possible = false;
  std::size_t events = 0;
};
AllowedEvents allowed_events(double rate, std::size_t n, double confidence = 0.95);

}  // namespace lineguard::stats
