// How much may be drawn in a COCO file. What is read stays in memory, 16 bytes a point and 40 a piece, and a run-length
// mask may take sixty times its text: a picture of noise of a few megabytes would take gigabytes.
#pragma once

#include <cstddef>
#include <string_view>

#include <fmt/format.h>

#include <lineguard/core/result.h>

namespace lineguard::dataset {

struct OutlineLimits {
  std::size_t pieces = 0, points = 0;  // at most
  std::string_view of, advice;         // for messages
};

inline constexpr OutlineLimits kObjectLimits{100'000, 1'000'000, "an object", "draw it coarser"};
inline constexpr OutlineLimits kFileLimits{1'000'000, 20'000'000, "the objects of a file",
                                           "put them into several files"};  // 360 MB

// Of the text of one entry: while it is read it takes up to fifty times that.
inline constexpr std::size_t kLongestEntry_bytes = std::size_t{4} << 20;

// Errors: too_large, with the limit and what to do.
inline Result<void> check_limits(std::size_t pieces, std::size_t points, const OutlineLimits& limits) {
  const bool many_pieces = pieces > limits.pieces;
  if (!many_pieces && points <= limits.points) return {};
  return make_error(ErrorCode::too_large, fmt::format("more than {} {}, the most that {} may have: {}",
                                                      many_pieces ? limits.pieces : limits.points,
                                                      many_pieces ? "pieces" : "points", limits.of, limits.advice));
}

}  // namespace lineguard::dataset
