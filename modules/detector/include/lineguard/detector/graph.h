// The two graphs that the detector makes from a backbone, written as OpenVINO files.
//
//   features:  u8 tile [1, input, input, 3] -> "patches" [1, cells, channels]; for labelled heads also
//              "dense" [1, dense cells, dense channels] and "pooled" [1, pooled channels]; of tiles with a row
//              of brightness "brightness" [1, areas]
//   detector:  u8 tile [1, input, input, 3] -> "map" [1, grid, grid], "score" [1], "embedding" [1, channels]; where
//              defects have classes also "classes" [1, classes, grid, grid], their probabilities, and where they are
//              boxes "sides" [1, 4, grid, grid]: left, top, right, bottom, the way from the cell's middle in cells
//
// The runtime's graph types stay in graph_ops.h and the graph_*.cpp that include it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/detector/bank.h>
#include <lineguard/detector/brightness.h>
#include <lineguard/detector/labelled_head.h>
#include <lineguard/features/backbone.h>

namespace lineguard::detector {

// Of good parts' cells, smoothed: half of them are below `usual`, one in a thousand is above `striking`.
struct MapLevels {
  double usual = 0, striking = 1;
};

// What comes behind the features: good patches, and how the distances from them become a map and a score.
struct Head {
  int grid_cells = 0;
  Bank bank;
  std::vector<float> place_weights;  // [grid * grid], multiplied to the map's distances; empty: none
  double smoothing_cells = 1;        // sigma of the Gaussian over the distances; 0: none
  // The map is smoothed twice as wide where it is usual, and not at all where it is striking; none: everywhere alike.
  std::optional<MapLevels> levels;
  int top_cells = 1;  // the score is the mean of that many highest cells
  std::optional<Brightness> brightness;
};

constexpr double kWiderWhereUsual = 2;

// Side of the Gaussian kernel for a sigma, odd, and its taps (sum 1).
std::vector<float> gaussian_kernel(double sigma_cells);

// REQUIRES: `features` was written by write_feature_graph() with head.grid_cells and the bank's channels, and with what
// `labelled` sees where it is given.
Result<void> write_detector_graph(const std::filesystem::path& features, const Head& head,
                                  const std::optional<LabelledHead>& labelled, const std::filesystem::path& out_xml);

}  // namespace lineguard::detector
