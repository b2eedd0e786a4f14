// Runs of part numbers. The PLC counts 0 … 4294967295 and then begins again, so that a run may wrap: {4294967294, 1}
// are the four numbers 4294967294, 4294967295, 0 and 1.
#pragma once

#include <cstdint>

#include <lineguard/core/types.h>

namespace lineguard::record {

struct NumberRange {
  PartNumber first = 0, last = 0;  // both belong to it
  bool operator==(const NumberRange&) const = default;
};

// 1 to 2^32.
constexpr std::uint64_t count_of(const NumberRange& range) {
  return std::uint64_t{PartNumber(range.last - range.first)} + 1;
}

constexpr bool holds(const NumberRange& range, PartNumber part) {
  return PartNumber(part - range.first) <= PartNumber(range.last - range.first);
}

}  // namespace lineguard::record
