#include <cmath>

#include <boost/math/special_functions/beta.hpp>

#include <lineguard/core/check.h>
#include <lineguard/stats/bounds.h>
#include <lineguard/stats/waiting.h>

namespace lineguard::stats {
namespace {

void check(Count count, double confidence) {
  LINEGUARD_CHECK(count.events <= count.n, "no more events than trials");
  LINEGUARD_CHECK(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1");
}

// The smallest n above `too_few` for which `holds`, which goes from false to true once as n grows: doubled until it
// holds, then the bracket is halved. `n` is where to start.
template <typename Holds>
std::size_t smallest(std::size_t too_few, std::size_t n, const Holds& holds) {
  constexpr std::size_t kMostTrials = std::size_t{1} << 53;  // more can't be told apart as doubles, or be made
  while (!holds(n)) {
    if (n > kMostTrials) return n;
    too_few = n;
    n *= 2;
  }
  while (n - too_few > 1) {
    const std::size_t middle = too_few + (n - too_few) / 2;
    (holds(middle) ? n : too_few) = middle;
  }
  return n;
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
  return smallest(events, events + 1, shows);
}

std::size_t trials_until(std::size_t events, double rate, double probability) {
  LINEGUARD_CHECK(events >= 1 && rate > 0 && rate <= 1 && probability > 0 && probability < 1,
                  "events come with a rate and are waited for with a probability");
  // P(at least k of n) = I_rate(k, n - k + 1).
  const auto enough = [&](std::size_t n) {
    if (n < events) return false;
    if (rate == 1) return true;
    return boost::math::ibeta(static_cast<double>(events), static_cast<double>(n - events) + 1, rate) >= probability;
  };
  return smallest(events - 1, events, enough);
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
