#include "number_count.h"

#include <algorithm>
#include <iterator>

namespace lineguard::record {

void NumberCount::begin(PartNumber newest) {
  begun_ = true;
  complete_until_ = newest;
  ahead_.clear();
}

void NumberCount::add(const NumberRange& range) {
  if (!begun_) begin(range.first - 1);
  const auto ahead = static_cast<std::int32_t>(range.last - static_cast<PartNumber>(complete_until_));
  if (ahead <= 0) return;  // known already, or before the count
  Position last = complete_until_ + ahead;
  Position first = std::max(last - static_cast<Position>(count_of(range)) + 1, complete_until_ + 1);
  // Joined with those that it touches.
  auto next = ahead_.lower_bound(first);
  if (next != ahead_.begin() && std::prev(next)->second >= first - 1) --next;
  while (next != ahead_.end() && next->first <= last + 1) {
    first = std::min(first, next->first);
    last = std::max(last, next->second);
    next = ahead_.erase(next);
  }
  if (first == complete_until_ + 1) {
    complete_until_ = last;
  } else {
    ahead_.emplace(first, last);
  }
}

std::optional<PartNumber> NumberCount::last() const {
  if (!begun_) return std::nullopt;
  return static_cast<PartNumber>(ahead_.empty() ? complete_until_ : ahead_.rbegin()->second);
}

void NumberCount::append_missing(std::vector<NumberRange>& missing, std::size_t limit) const {
  Position before = complete_until_;
  for (const auto& [first, last] : ahead_) {
    if (missing.size() >= limit) return;
    missing.push_back({static_cast<PartNumber>(before + 1), static_cast<PartNumber>(first - 1)});
    before = last;
  }
}

}  // namespace lineguard::record
