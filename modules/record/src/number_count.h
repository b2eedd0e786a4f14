// NumberCount: which part numbers of one count of the PLC have a decision, whatever the order they were decided in.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include <lineguard/core/types.h>

namespace lineguard::record {

// Numbers are kept as offsets, so that the wrap from 4294967295 to 0 is no gap. Memory grows with the gaps only.
class NumberCount {
 public:
  bool begun() const { return begun_; }
  // `newest` is the PLC's number before the first part of this count. Forgets what was before.
  void begin(PartNumber newest);
  // A decided part; where nothing has begun, the count begins with it.
  void add(PartNumber part);
  // The highest number so far.
  std::optional<PartNumber> last() const;
  // Appends the numbers below the highest one that were not added, until `missing` has `limit`.
  void append_missing(std::vector<PartNumber>& missing, std::size_t limit) const;

 private:
  bool begun_ = false;
  PartNumber complete_until_ = 0;  // this one and all before it
  std::set<std::uint32_t> ahead_;  // distances from complete_until_, each at least 2
  void close_ranks();
};

}  // namespace lineguard::record
