#pragma once

#include "vocabulary.h"

#include <lineguard/imaging/preprocessing.h>
#include <lineguard/training/train.h>

namespace lineguard::training {

// What the configuration says of preprocessing, as a package keeps it.
imaging::Preprocessing preprocessing_of(const TrainConfig& config);

}  // namespace lineguard::training
