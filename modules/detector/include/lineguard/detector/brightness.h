// How bright a picture is in each of 6 x 6 areas, beside the rest of it (docs/adr/0025). A part that is uneven, dark on
// one side or broken off shows here, although each of its patches, seen alone, could be a good part's.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <lineguard/features/feature_extractor.h>

namespace lineguard::detector {
using features::Matrix;

// What good pictures' areas are like, and what a picture's distance from that counts. The distance of an area is
// |log brightness - mean| / spread; the highest of them is the picture's.
struct Brightness {
  std::vector<float> mean, spread;  // of the logarithm, [areas]
  double weight = 0;                // of the highest distance, added to the score
  double usual = 0;                 // distances above it count as much on the map
};

// `profiles`: a row a good picture, as the feature graph gives it. REQUIRES: a row or more.
Brightness fit_brightness(const Matrix& profiles);
std::vector<float> brightness_distances(const Brightness& brightness, std::span<const float> profile);

struct MapScore;
// As the detector graph does it. `distances`: of the areas, by brightness_distances().
void add_brightness(const Brightness& brightness, const std::vector<float>& distances, int grid_cells,
                    MapScore& scored);

// From cross-fitted scores and highest distances of the same good pictures: distances count `share` of what scores do,
// by their quartiles. None where either does not vary.
void weigh_brightness(const std::vector<double>& scores, const std::vector<double>& highest, double share,
                      Brightness& brightness);

// In words, for a person: whether it counts, and why. `gain`: share by which a defect that shows in patches and
// brightness alike needs to stand out less.
std::string describe_brightness(bool counts, double share, double gain);

}  // namespace lineguard::detector
