#include "percent.h"

#include <cmath>

#include <fmt/format.h>

namespace lineguard::acceptance {

std::string percent(double share) {
  const double value = share * 100;
  if (value == 0 || value >= 10) return fmt::format("{:.3g} %", value);
  return value < 0.1 ? fmt::format("{:.2g} %", value) : fmt::format("{:.3g} %", value);
}

std::string ppm(double share) {
  const double value = share * 1e6;
  return value < 100 ? fmt::format("{:.3g} ppm", value) : grouped(std::ceil(value)) + " ppm";
}

std::string duration(double hours) {
  if (hours < 1) return fmt::format("{:.2g} min", hours * 60);
  if (hours < 72) return fmt::format("{:.1f} h", hours);
  const double days = hours / 24;
  return days < 1000 ? fmt::format("{:.1f} days", days) : fmt::format("{:.1f} years", days / 365.25);
}

std::string grouped(double count) {
  std::string digits = fmt::format("{:.0f}", count);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

}  // namespace lineguard::acceptance
