// The bank: the patches of good parts that everything is compared with.
#pragma once

#include <cstdint>
#include <vector>

#include <lineguard/features/feature_extractor.h>

namespace lineguard::detector {
using features::Matrix;

// Rows of `patches` that cover them best: k-centre greedy (Sener and Savarese 2018; PatchCore, Roth et al. 2022,
// section 3.2) on a random projection to 48 dimensions (Johnson-Lindenstrauss). Returns min(size, rows) row numbers in
// the order chosen. Deterministic for a seed.
std::vector<std::size_t> choose_coreset(const Matrix& patches, int size, std::uint64_t seed);

// x -> (x - center) * directions.
struct Projection {
  std::vector<float> center;  // [from]
  Matrix directions;          // [from, to]
};
// Makes every direction count alike, shrunk towards the mean variance so that directions which good parts hardly use do
// not explode (Ledoit and Wolf 2004): directions = V (Λ + shrinkage * mean(Λ))^-1/2.
Projection fit_whitening(const Matrix& patches, double shrinkage);
// The fewest main directions (principal components) that hold `share` of the variance, a multiple of 16.
Projection fit_main_directions(const Matrix& patches, double share);
Matrix project(const Projection& projection, const Matrix& patches);

// Good patches, and how far from them another patch is.
struct Bank {
  int channels = 0;  // of a patch
  Projection projection;
  // What the projection leaves out of a patch counts too, as its distance from the center there: good patches have
  // next to nothing in those directions, so that it is the whole distance at a part of the work.
  bool counts_the_rest = false;
  Matrix rows;  // projected
  int nearest = 1;
  int shares = 1;
};

// Of a row of patches each. One nearest patch ranks pictures best; where a defect lies is seen better by several, and
// the nearest in each share of the bank are as good as the nearest of all (bench/RESULTS.md) at the cost of one.
struct Distances {
  std::vector<float> for_score;  // mean to the `nearest` rows of the bank
  std::vector<float> for_map;    // mean over the shares of the distance to the nearest row in each
};

// Row i of the bank is in share i % shares; at most as many shares as rows.
int shares_of(const Bank& bank);

struct BankOptions {
  int size = 2000;
  double whitening_shrinkage = 0;  // 0: no whitening
  int nearest = 1;
  int shares = 1;
  std::uint64_t seed = 1;
};
Bank fit_bank(const Matrix& patches, const BankOptions& options);

Distances distances_to(const Bank& bank, const Matrix& patches);
std::vector<float> distances_for_score(const Bank& bank, const Matrix& patches);

}  // namespace lineguard::detector
