// What was measured and is the same for every data set (bench/RESULTS.md, docs/adr): settings once, which no
// measurement supported as such.
#pragma once

#include <cstddef>

namespace lineguard::training {

// Features. Pixels of the input a cell of the map stands for, and the mean over neighbours before the bank.
inline constexpr int kGridStride = 16, kPoolCells = 3;

// The map: shares of the bank (docs/adr/0020), sigma of the Gaussian in cells, and how many cells make the score.
inline constexpr int kBankShares = 6, kTopCells = 3;
inline constexpr double kSmoothingCells = 1;

// Labelled cells: pixels of the input each stands for, cells of context beside it, units of one network, and how many
// cells make a picture's score.
inline constexpr int kLabelStride = 8, kLabelContext = 5, kLabelHidden = 64, kLabelTopCells = 3;

// Fine-tuning: epochs without a lower loss before it ends, pictures a step.
inline constexpr int kFineTunePatience = 3, kFineTuneBatch = 8;

}  // namespace lineguard::training
