// Splits by part: pictures of one part never stand on both sides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

// A part is defective where one of its pictures is, whatever the others show: splits, checks and training go by it.
std::set<std::string> defective_parts(const Dataset& dataset);

// Of the samples with these indices.
std::ptrdiff_t count_defective(const Dataset& dataset, const std::vector<std::size_t>& samples);

// Indices into Dataset::samples.
struct TrainingSplit {
  std::vector<std::size_t> train;       // good pictures to learn from
  std::vector<std::size_t> validation;  // held back: good ones, and what the data set itself calls validation
  std::vector<std::size_t> test;        // everything else that is labelled, good and defective
};

// Good samples of split train are divided by part into train and validation; where the data set itself names a
// validation split, that one is used and train is not divided. Where it names neither train nor test, about half of
// the good parts are learned from and the rest go to test. A part with any test picture, or any defective one outside
// the validation split, is tested with as a whole, also where a data set puts it in two splits; pictures that are not
// labelled are left out. Deterministic: the same data set and seed give the same split whatever the order of the
// samples. validation_fraction of the good training parts, 0 to 0.5 (clamped); above 0 at least one part is held back
// where there are two, and at least one is learned from. 0 leaves validation empty unless the data set names one.
TrainingSplit split_for_training(const Dataset& dataset, double validation_fraction, std::uint64_t seed);

// The split where defective pictures are learned from too: `train` holds good and defective ones. A data set's own
// train, validation and test are kept (a part named in two goes to the later one). Where it names none, a quarter of
// the parts is tested with, drawn from every class and label alike. Pictures that are not labelled are left out.
// Deterministic like split_for_training().
TrainingSplit split_for_labels(const Dataset& dataset, std::uint64_t seed);

}  // namespace lineguard::dataset
