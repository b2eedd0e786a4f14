#include "axis.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace lineguard::report {

Axis axis_over(const std::vector<double>& values) {
  bool any = false;
  Axis axis;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    axis.low = any ? std::min(axis.low, value) : value;
    axis.high = any ? std::max(axis.high, value) : value;
    any = true;
  }
  if (!(axis.high - axis.low > std::abs(axis.high) * 1e-12)) {
    const double half = std::max(std::abs(axis.high) * 0.01, 0.5);
    axis.low -= half;
    axis.high += half;
  }
  return axis;
}

std::vector<Tick> ticks(const Axis& axis, int wanted) {
  const double rough = (axis.high - axis.low) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = power;
  for (const double factor : {2.0, 5.0, 10.0}) {
    if (rough > step * 1.01) step = power * factor;
  }
  const int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 12);
  const bool plain = std::abs(axis.high) < 1e6 && std::abs(axis.low) < 1e6 && step > 1e-6;
  std::vector<Tick> list;
  for (double index = std::ceil(axis.low / step - 1e-9); index * step <= axis.high + step * 1e-9; ++index) {
    const double value = index == 0 ? 0 : index * step;
    list.push_back({value, plain ? fmt::format("{:.{}f}", value, decimals) : fmt::format("{:.3g}", value)});
  }
  return list;
}

}  // namespace lineguard::report
