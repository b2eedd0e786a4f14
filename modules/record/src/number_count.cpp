#include "number_count.h"

namespace lineguard::record {

void NumberCount::begin(PartNumber newest) {
  begun_ = true;
  complete_until_ = newest;
  ahead_.clear();
}

void NumberCount::add(PartNumber part) {
  if (!begun_) begin(part - 1);
  const std::uint32_t distance = part - complete_until_;
  if (distance == 0 || distance > INT32_MAX) return;  // known already, or before the count
  ahead_.insert(distance);
  if (distance == 1) close_ranks();
}

void NumberCount::close_ranks() {
  std::uint32_t run = 0;
  while (!ahead_.empty() && *ahead_.begin() == run + 1) {
    ahead_.erase(ahead_.begin());
    ++run;
  }
  std::set<std::uint32_t> moved;
  for (const std::uint32_t distance : ahead_) moved.insert(moved.end(), distance - run);
  ahead_ = std::move(moved);
  complete_until_ += run;
}

std::optional<PartNumber> NumberCount::last() const {
  if (!begun_) return std::nullopt;
  return ahead_.empty() ? complete_until_ : complete_until_ + *ahead_.rbegin();
}

void NumberCount::append_missing(std::vector<PartNumber>& missing, std::size_t limit) const {
  std::uint32_t next = 1;
  for (const std::uint32_t distance : ahead_) {
    for (; next < distance && missing.size() < limit; ++next) missing.push_back(complete_until_ + next);
    next = distance + 1;
  }
}

}  // namespace lineguard::record
