// NumberCount: which part numbers of one count of the PLC have a decision, whatever the order they were decided in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <lineguard/record/number_range.h>

namespace lineguard::record {

// Memory grows with the gaps only, not with the length of a range. Numbers that lie more than 2^31 ahead of the last
// one without a gap are behind it.
class NumberCount {
 public:
  bool begun() const { return begun_; }
  // `newest` is the PLC's number before the first part of this count. Forgets what was before.
  void begin(PartNumber newest);
  // Decided parts; where nothing has begun, the count begins with the first one.
  void add(const NumberRange& range);
  void add(PartNumber part) { add(NumberRange{part, part}); }
  // The highest number so far.
  std::optional<PartNumber> last() const;
  // Appends the ranges below the highest number that were not added, until `missing` has `limit`.
  void append_missing(std::vector<NumberRange>& missing, std::size_t limit) const;

 private:
  // Positions go on where numbers wrap; the number is a position's lower half.
  using Position = std::int64_t;
  bool begun_ = false;
  Position complete_until_ = 0;         // this one and all before it
  std::map<Position, Position> ahead_;  // first -> last, apart from each other and from complete_until_
};

}  // namespace lineguard::record
