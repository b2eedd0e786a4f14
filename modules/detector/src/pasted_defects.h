// Pictures that were never taken: real defects, cut out along their outlines and put elsewhere into good pictures, so
// that a network sees a defect apart from the one place where it was found (Ghiasi et al. 2021, copy-paste).
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace lineguard::detector {

// A defective picture as the network sees it, with a label a pixel.
struct Donor {
  std::vector<std::uint8_t> tile;  // u8 RGB, [side * side * 3]
  std::vector<int> labels;         // [side * side], as label_cells() gives them
};

struct Pasted {
  std::vector<std::uint8_t> tile;
  std::vector<int> cells;  // [grid * grid], as label_cells() gives them
};

// Puts one to three defects of the donors, mirrored, turned, larger or smaller at random, anywhere into `host`, a good
// tile. Each takes the brightness of its new place and fades into it. REQUIRES a donor with a labelled pixel.
Pasted paste_defects(const std::vector<std::uint8_t>& host, const std::vector<Donor>& donors, int side, int grid_cells,
                     std::mt19937_64& random);

}  // namespace lineguard::detector
