// How often something took how long, in buckets that suit a line's milliseconds. A value: it can be copied into a
// snapshot.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace lineguard::telemetry {

// Upper bounds, inclusive; slower ones go into a last bucket without a bound. Fine where deadlines lie, up to 10 s.
inline constexpr std::array<double, 20> kLatencyBounds_ms = {1,  2,   5,   10,  20,  30,  40,   50,   60,   75,
                                                             80, 100, 150, 200, 300, 500, 1000, 2000, 5000, 10000};

class Latencies {
 public:
  void add(double ms);

  std::uint64_t count() const { return count_; }
  double sum_ms() const { return sum_ms_; }
  // By kLatencyBounds_ms, each time counted once; the last one has no bound.
  const std::array<std::uint64_t, kLatencyBounds_ms.size() + 1>& in_bucket() const { return in_bucket_; }

 private:
  std::array<std::uint64_t, kLatencyBounds_ms.size() + 1> in_bucket_{};
  std::uint64_t count_ = 0;
  double sum_ms_ = 0;
};

}  // namespace lineguard::telemetry
