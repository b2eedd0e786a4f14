// Splits by part: pictures of one part never stand on both sides.
#pragma once

#include <cstdint>
#include <vector>

#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

// Indices into Dataset::samples.
struct TrainingSplit {
  std::vector<std::size_t> train;       // good pictures to learn from
  std::vector<std::size_t> validation;  // good pictures held back for the operating point
  std::vector<std::size_t> test;        // everything else that is labelled, good and defective
};

// Good samples of split train (or, where the data set names no splits, of all parts: about half of them to train, the
// rest to test) are divided by part into train and validation; samples that the data set itself calls validation or
// test stay there. Deterministic: the same data set and seed give the same split whatever the order of the samples.
// validation_fraction of the good training parts, 0 to 0.5; 0 leaves validation empty unless the data set names one.
TrainingSplit split_for_training(const Dataset& dataset, double validation_fraction, std::uint64_t seed);

}  // namespace lineguard::dataset
