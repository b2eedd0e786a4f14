#include <algorithm>

#include <lineguard/acceptance/escape.h>

namespace lineguard::acceptance {

double escape_rate(double miss, double overkill, double defect_rate) {
  const double escaped = defect_rate * miss;
  const double passed = escaped + (1 - defect_rate) * (1 - overkill);
  return passed > 0 ? escaped / passed : 0;
}

double miss_for_escape_rate(double escapes, double overkill, double defect_rate) {
  if (defect_rate <= 0 || escapes >= 1) return 1;
  return std::min(1.0, escapes / (1 - escapes) * (1 - defect_rate) * (1 - overkill) / defect_rate);
}

}  // namespace lineguard::acceptance
