// A mixture of members: each sees the picture in one of the model's inputs and compares its patches with a bank of its
// own. Their scores and maps are brought on one scale and averaged: which member is best differs by data set, and the
// mean is near the best of them on all (docs/adr/0043).
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/detector/brightness.h>
#include <lineguard/detector/head.h>
#include <lineguard/detector/labelled_head.h>
#include <lineguard/detector/map_score.h>

namespace lineguard::detector {

// Values of good parts become 0 on average, with a standard deviation of 1.
struct Scale {
  double offset = 0, factor = 1;
  double at(double value) const { return (value - offset) * factor; }
};

struct Member {
  std::size_t input = 0;  // of the model's inputs (features::of_input)
  Head head;
  Scale score, map;
};

struct Mixture {
  std::vector<Member> members;  // one or more
  int grid_cells = 0;           // a side of the map: the finest member's
  std::optional<Brightness> brightness;
};

// From scores of good pictures, each by a member that was made without it. REQUIRES one or more.
Scale fit_scale(const std::vector<double>& good);
// Likewise from their maps.
Scale fit_map_scale(const std::vector<const std::vector<float>*>& good);

// What the mixture says of one tile from what its members say, in their order; without brightness.
MapScore mix(const Mixture& mixture, const std::vector<MapScore>& of_members);

// The graph from a tile to map, score and embedding. `features`: one feature graph for each of the model's inputs, the
// first with what brightness and `labelled` need. REQUIRES that they were written by write_feature_graph() with the
// members' grids and channels. Errors: corrupt_data.
Result<void> write_detector_graph(const std::vector<std::filesystem::path>& features, const Mixture& mixture,
                                  const std::optional<LabelledHead>& labelled, const std::filesystem::path& out_xml);

}  // namespace lineguard::detector
