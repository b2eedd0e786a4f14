#include <algorithm>

#include <lineguard/telemetry/latencies.h>

namespace lineguard::telemetry {

void Latencies::add(double ms) {
  const auto bound = std::ranges::lower_bound(kLatencyBounds_ms, ms);
  ++in_bucket_[static_cast<std::size_t>(bound - kLatencyBounds_ms.begin())];
  ++count_;
  sum_ms_ += ms;
}

}  // namespace lineguard::telemetry
