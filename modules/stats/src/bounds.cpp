#include <cmath>

#include <boost/math/special_functions/beta.hpp>

#include <lineguard/core/check.h>
#include <lineguard/stats/bounds.h>

namespace lineguard::stats {
namespace {

void check(Count count, double confidence) {
  LINEGUARD_CHECK(count.events <= count.n, "no more events than trials");
  LINEGUARD_CHECK(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1");
}

}  // namespace

double Count::rate() const {
  return n == 0 ? std::nan("") : static_cast<double>(events) / static_cast<double>(n);
}

double upper_bound(Count count, double confidence) {
  check(count, confidence);
  if (count.events == count.n) return 1;
  return boost::math::ibeta_inv(static_cast<double>(count.events) + 1, static_cast<double>(count.n - count.events),
                                confidence);
}

double lower_bound(Count count, double confidence) {
  check(count, confidence);
  if (count.events == 0) return 0;
  return boost::math::ibeta_inv(static_cast<double>(count.events), static_cast<double>(count.n - count.events) + 1,
                                1 - confidence);
}

Interval exact_interval(Count count, double confidence) {
  const double one_sided = 1 - (1 - confidence) / 2;
  return {lower_bound(count, one_sided), upper_bound(count, one_sided)};
}

std::size_t trials_needed(double rate, std::size_t events, double confidence) {
  LINEGUARD_CHECK(rate > 0 && rate < 1, "a rate to be shown lies between 0 and 1");
  const auto shows = [&](std::size_t n) { return upper_bound({events, n}, confidence) <= rate; };
  constexpr std::size_t kMostTrials = std::size_t{1} << 53;  // more can't be told apart as doubles, or be made
  // The bound falls as n grows: double until it holds, then halve the bracket.
  std::size_t too_few = events, enough = events + 1;
  while (!shows(enough)) {
    if (enough > kMostTrials) return enough;
    too_few = enough;
    enough *= 2;
  }
  while (enough - too_few > 1) {
    const std::size_t middle = too_few + (enough - too_few) / 2;
    (shows(middle) ? enough : too_few) = middle;
  }
  return enough;
}

AllowedEvents allowed_events(double rate, std::size_t n, double confidence) {
  const auto shows = [&](std::size_t events) { return upper_bound({events, n}, confidence) <= rate; };
  if (n == 0 || !shows(0)) return {};
  // The bound rises with the events.
  std::size_t shown = 0, too_many = n;
  while (too_many - shown > 1) {
    const std::size_t middle = shown + (too_many - shown) / 2;
    (shows(middle) ? shown : too_many) = middle;
  }
  return {true, shown};
}

}  // namespace lineguard::stats
