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

// Outlines that, filled, are the set pixels and no others. A piece with a hole is cut from top to bottom there, so that
// no outline goes around what is not set; only holes of less than 4 x 4 pixels are filled. Memory is that of the runs
// and of about eight bytes a pixel of the part that is set. Errors: corrupt_data where a run is negative, the runs
// don't fill `size` to the pixel, or none is set; too_large for more pixels than pictures may have
// (imaging::DecodeLimits).
Result<std::vector<Outline>> outlines_of_runs(const std::vector<std::int64_t>& runs, Size size);

}  // namespace lineguard::dataset
