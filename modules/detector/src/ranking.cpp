#include "ranking.h"

#include <algorithm>

namespace lineguard::detector {

void Ranking::add(double value, bool defective, std::size_t part) {
  items_.push_back({value, defective, part});
}

void Ranking::sort() {
  std::ranges::stable_sort(items_, {}, &Item::value);
}

double Ranking::auroc(const std::vector<std::uint32_t>& times) const {
  double good_below = 0, defective = 0, won = 0;
  for (std::size_t i = 0; i < items_.size();) {
    double good_here = 0, defective_here = 0;
    const double value = items_[i].value;
    for (; i < items_.size() && items_[i].value == value; ++i)
      (items_[i].defective ? defective_here : good_here) += times[items_[i].part];
    won += defective_here * (good_below + good_here / 2);
    good_below += good_here;
    defective += defective_here;
  }
  return won / (good_below * defective);
}

}  // namespace lineguard::detector
