// What stands behind the features of one member: good patches, and how the distances from them become a map and a
// score.
#pragma once

#include <optional>
#include <vector>

#include <lineguard/detector/bank.h>
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
};

constexpr double kWiderWhereUsual = 2;

// Side of the Gaussian kernel for a sigma, odd, and its taps (sum 1).
std::vector<float> gaussian_kernel(double sigma_cells);

}  // namespace lineguard::detector
