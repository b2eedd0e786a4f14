// Maps against masks on a grid of bounded size.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/evaluation/evaluate.h>
#include <lineguard/stats/pixel_curve.h>

namespace lineguard::evaluation {

// Of a defective picture that has one. Errors: those of reading it; invalid_argument where its size is not the
// picture's, or it marks nothing: then nobody knows where the defect is.
Result<Image> read_mask(const dataset::Sample& sample, Size picture);

// A picture's map and mask at grid size, small enough to wait for its turn.
struct GridPair {
  FloatMap map;
  std::vector<std::uint8_t> mask;  // empty: good
};

// Whether a defective sample's mask, or an outline of each of its objects, says which pixels are defective.
bool outlines_its_defects(const dataset::Sample& sample);

// `map` at a longer side of at most grid_px with the sample's mask, or what its outlines enclose, beside it; nothing
// where the sample is defective and does not outline its defects. A mask's cell is defective where at least half of it
// is; a place of the mask, apart from the others, that is too thin for that keeps every cell that it touches: none is
// lost. Errors: those of read_mask().
Result<std::optional<GridPair>> on_grid(const FloatMap& map, const dataset::Sample& sample, int grid_px);

}  // namespace lineguard::evaluation
