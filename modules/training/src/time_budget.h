// The most members that fit into the time a picture may take, measured on this machine.
#pragma once

#include <filesystem>
#include <string>

#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/training/train.h>

namespace lineguard::training {

struct FittingSpeed {
  Speed speed = Speed::fast;
  std::string note;  // "18.4 ms a picture here, of the 20 ms allowed"
};

// Times whole pictures on one core, the most thorough first: decoding is not counted, labelled heads neither. Writes to
// `folder` and leaves nothing there. Errors: refused where not even `fast` fits, with the time that it takes; those of
// reading pictures and of the backbone.
Result<FittingSpeed> fastest_that_fits(const dataset::Dataset& dataset, const TrainConfig& config,
                                       const TrainOptions& options, const std::filesystem::path& folder);

}  // namespace lineguard::training
