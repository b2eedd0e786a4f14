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

#include "bank.h"
#include "brightness.h"
#include "labelled_head.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/result.h>

namespace lineguard::detector {

// A network whose inner layers are the features. Ours takes a u8 tile; a foreign ONNX one takes f32 [1, 3, h, w].
struct Backbone {
  std::filesystem::path file;
  std::vector<std::string> taps = {"tap8", "tap16"};  // layer names, finest first
  std::vector<double> mean = {127, 127, 127};         // foreign backbones only: (pixel - mean) / scale
  std::vector<double> scale = {128, 128, 128};
};

struct FeatureLayout {
  int input_px = 256;
  int grid_cells = 32;         // a side; every tap is brought to this grid
  int pool_cells = 3;          // side of the mean over neighbours, odd
  bool pad_with_zeros = true;  // cells beyond the border count as zero: border patches weigh less

  // What labelled heads see; no taps: nothing. "dense" is every tap on its own grid and its mean over the context;
  // "pooled" is mean, standard deviation, highest and lowest of every channel over the picture, and of that the mean
  // over `pooled_views` ways to turn and mirror the tile: 1 or 8. Eight cost eight passes through the backbone.
  std::vector<std::string> dense_taps, pooled_taps;
  int pooled_views = 1;
  int dense_cells = 32;
  int context_cells = 5;
  bool dense_pixels = false;  // and the tile's pixels in the cell and around it
  bool brightness = false;    // tiles have one more row: how bright each area is
};

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

// Errors: not_found, corrupt_data (no such layer, not a network), unsupported (its shapes do not fit).
Result<void> write_feature_graph(const Backbone& backbone, const FeatureLayout& layout,
                                 const std::filesystem::path& out_xml);
// The backbone with a u8 [1, input, input, 3] input and nothing behind `layers`, whose names it keeps. Errors: as
// above.
Result<void> write_backbone_graph(const Backbone& backbone, const std::vector<std::string>& layers, int input_px,
                                  const std::filesystem::path& out_xml);
// REQUIRES: `features` was written by write_feature_graph() with head.grid_cells and the bank's channels, and with what
// `labelled` sees where it is given.
Result<void> write_detector_graph(const std::filesystem::path& features, const Head& head,
                                  const std::optional<LabelledHead>& labelled, const std::filesystem::path& out_xml);

}  // namespace lineguard::detector
