// Large pictures as overlapping tiles of the network's size, and their maps as one.
#pragma once

#include <cstdint>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/features/preprocess.h>
#include <lineguard/imaging/preprocessing.h>

namespace lineguard::features {

// Where the tiles of a picture lie: the whole region of interest as one where preprocessing.tile_px is 0, else squares
// of tile_px pixels that overlap by at least tile_overlap of their side and cover all of it; a region smaller than a
// tile is one tile. Row by row.
std::vector<PixelRect> lay_tiles(const imaging::Preprocessing& preprocessing, Size picture);

// How many these are, without laying them.
std::int64_t count_tiles(const imaging::Preprocessing& preprocessing, Size picture);

// One map over `area` (what the tiles cover together) from the tiles' square maps: where tiles overlap the highest
// value counts, so that a defect in the corner of one and the middle of another is seen as in the middle. Cells have
// the tiles' size; one tile's map is given back as it is.
FloatMap merge_tiles(const std::vector<PixelRect>& tiles, const std::vector<std::vector<float>>& maps,
                     const PixelRect& area);

}  // namespace lineguard::features
