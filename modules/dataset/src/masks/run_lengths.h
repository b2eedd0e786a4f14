// COCO's run-length masks: how many pixels are not set, then set, then not set …, down one column after the other.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

// The runs of a compressed text: each number in pieces of five bits, the lowest first, a character a piece; from the
// fourth on it is the difference to the run two before (github.com/cocodataset/cocoapi, common/maskApi.c).
// Errors: corrupt_data for a character that can't be, a number that ends in its middle or is too long.
Result<std::vector<std::int64_t>> decompress_runs(std::string_view text);

// Outlines that, filled with their borders, are the set pixels and no others; none where no pixel is set. What branches
// or has holes is cut from top to bottom, so that no outline goes around what is not set. Time and memory are those of
// the runs, however many pixels they stand for. Errors: corrupt_data where a run is negative or the runs don't fill
// `size` to the pixel; too_large for more pixels than pictures may have (imaging::DecodeLimits) and beyond
// kObjectLimits.
Result<std::vector<Outline>> outlines_of_runs(const std::vector<std::int64_t>& runs, Size size);

}  // namespace lineguard::dataset
