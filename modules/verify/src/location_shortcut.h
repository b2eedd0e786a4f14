// A shortcut that lies at one place: a stamp, the tray's edge or a neighbour that only defective pictures show.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <lineguard/features/feature_extractor.h>

namespace lineguard::verify {
using features::Matrix;

struct LocationShortcut {
  std::size_t region = 0;  // column of the regions
  double auroc = 0;        // of that region's gray alone, at least 0.95
  bool brighter = false;   // in defective pictures, against the rest of the picture
  std::size_t good = 0, defective = 0;
};

// `regions` [pictures, regions]: mean gray, 0 to 255, each picture's median is taken off, so that a darker lamp is
// none. The one that tells `defective` (as many as rows) best, where it does so with an AUROC of 0.95 or more and by 4
// gray levels of medians. None with fewer than 20 pictures of either label: the best of 256 regions reaches 0.8 by
// chance with 20 of each.
std::optional<LocationShortcut> find_location_shortcut(const Matrix& regions, const std::vector<bool>& defective);

}  // namespace lineguard::verify
