// A slider over rows of figures that also marks the pictures of the page: what another threshold would do.
#pragma once

#include <string>
#include <vector>

namespace lineguard::report {

// One position of the slider.
struct SliderStop {
  double cut = 0;                  // pictures with a data score above it are diverted
  std::vector<std::string> cells;  // one a name
};

struct Slider {
  std::string label;               // "threshold"
  std::vector<std::string> names;  // of the figures
  std::vector<SliderStop> stops;   // at least one
  std::size_t start = 0;           // shown at first, and without a script
};

}  // namespace lineguard::report
