// How long to wait for events. Pure functions.
#pragma once

#include <cstddef>

namespace lineguard::stats {

// The smallest number of independent trials among which at least `events` (>= 1) come with `probability`, in (0, 1),
// where each comes with `rate`, in (0, 1].
std::size_t trials_until(std::size_t events, double rate, double probability);

}  // namespace lineguard::stats
