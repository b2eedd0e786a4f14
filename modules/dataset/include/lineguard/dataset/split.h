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

// Whether the data set itself says what is learned from and what is tested with.
bool names_splits(const Dataset& dataset);

// Indices into Dataset::samples.
struct TrainingSplit {
  std::vector<std::size_t> train;       // pictures to learn from
  std::vector<std::size_t> validation;  // what the data set itself calls validation
  std::vector<std::size_t> test;        // everything else that is labelled, good and defective
};

// Where good pictures alone are learned from: the good parts of split train, or of the whole set where it names none. A
// part with any test picture, or any defective one outside the validation split, is tested with as a whole, also where
// a data set puts it in two splits; pictures that are not labelled are left out.
TrainingSplit split_for_training(const Dataset& dataset);

// Where defective pictures are learned from too: `train` holds good and defective ones. A data set's own train,
// validation and test are kept (a part named in two goes to the later one); where it names none, all of it is learned
// from. Pictures that are not labelled are left out.
TrainingSplit split_for_labels(const Dataset& dataset);

// A share (0 to 1) of the parts of these samples, drawn from every class and label alike. Deterministic: the same
// samples and seed give the same parts in whatever order.
std::set<std::string> choose_parts(const Dataset& dataset, const std::vector<std::size_t>& samples, double share,
                                   std::uint64_t seed);

}  // namespace lineguard::dataset
