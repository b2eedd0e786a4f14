// Which of the search's trials a training takes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <lineguard/detector/train.h>

namespace lineguard::detector {

// The mean of image and pixel AUROC.
double merit_of(const Trial& trial);

// Whether a trial's merit is so far above the defaults' that it is worth a proof: synthetic defects are no real ones.
bool is_well_above(const Trial& trial, const Trial& defaults);

// Of the trials that are `proven` better than the first, the defaults, the one of the highest merit; of those that come
// so near to it that other draws of the same defects would change their order, the steadiest. 0 where none is proven.
// REQUIRES: as many flags as trials, a first trial that was reached.
std::size_t choose_trial(const std::vector<Trial>& trials, const std::vector<bool>& proven);

// What choose_trial() chose and why, for people.
std::string reason_of(const std::vector<Trial>& trials, const std::vector<bool>& proven, std::size_t chosen);

}  // namespace lineguard::detector
