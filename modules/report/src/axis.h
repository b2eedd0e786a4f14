// A linear axis: range, round tick values, and where a value stands on paper.
#pragma once

#include <string>
#include <vector>

namespace lineguard::report {

struct Axis {
  double low = 0, high = 1;       // values; high > low
  double from_px = 0, to_px = 1;  // paper
  double place(double value) const { return from_px + (value - low) / (high - low) * (to_px - from_px); }
};

// A range that holds all finite values, never empty: 0 to 1 where there is none, widened where all are equal.
Axis axis_over(const std::vector<double>& values);

struct Tick {
  double value = 0;
  std::string text;
};
// About `wanted` ticks at multiples of 1, 2 or 5 times a power of ten.
std::vector<Tick> ticks(const Axis& axis, int wanted);

}  // namespace lineguard::report
