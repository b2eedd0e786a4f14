// The demo's pictures: which solar cells teach the detector, which are held back, and which pass the line.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <lineguard/core/result.h>

namespace lineguard::app {

// One labelled picture of the folder.
struct Cell {
  std::filesystem::path file;  // absolute
  bool defective = false;
  bool operator==(const Cell&) const = default;
};

struct DemoPictures {
  std::vector<Cell> training;   // good ones only
  std::vector<Cell> held_back;  // the other good ones and all defective ones, in the folder's order
  std::size_t left_out = 0;     // of another type, or a label between good and defective
};

// Reads FOLDER/labels.csv as the ELPV data set has it: "images/cell0001.png  1.0  mono" a line, the number being the
// probability of a defect. Cells of type mono with 0 or 1 are taken; of the good ones `training` are chosen to learn
// from, half of them where there are fewer than twice as many. The choice is the same at every run.
// Errors: not_found, corrupt_data (file, line and what was expected), refused (no good or no defective cell).
Result<DemoPictures> read_demo_pictures(const std::filesystem::path& folder, std::size_t training = 150);

// The same as a data set for every command: columns image, label, part (the file's name), split; absolute paths.
Result<void> write_cells_csv(const DemoPictures& pictures, const std::filesystem::path& file);

// `parts` of the held-back cells in mixed order, a quarter of them defective as far as there are enough of both; no
// cell comes twice while there are enough. The same at every run. REQUIRES: a good and a defective cell in `held_back`.
std::vector<Cell> choose_parts(const std::vector<Cell>& held_back, std::size_t parts);

}  // namespace lineguard::app
