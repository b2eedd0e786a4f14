// The bank: the patches of good parts that everything is compared with.
#pragma once

#include "patches.h"

#include <cstdint>
#include <vector>

namespace lineguard::detector {

// Rows of `patches` that cover them best: k-centre greedy (Sener and Savarese 2018; PatchCore, Roth et al. 2022,
// section 3.2) on a random projection to 48 dimensions (Johnson-Lindenstrauss). Returns min(size, rows) row numbers in
// the order chosen. Deterministic for a seed.
std::vector<std::size_t> choose_coreset(const Matrix& patches, int size, std::uint64_t seed);

Matrix take_rows(const Matrix& matrix, const std::vector<std::size_t>& rows);

// x -> (x - center) * projection makes every direction count alike, shrunk towards the mean variance so that directions
// which good parts hardly use do not explode (Ledoit and Wolf 2004): projection = V (Λ + shrinkage * mean(Λ))^-1/2.
struct Whitening {
  std::vector<float> center;
  Matrix projection;
};
Whitening fit_whitening(const Matrix& patches, double shrinkage);
Matrix apply_whitening(const Whitening& whitening, const Matrix& patches);

// Distance of every row to its nearest row of `bank`.
std::vector<float> nearest_distances(const Matrix& patches, const Matrix& bank);

}  // namespace lineguard::detector
