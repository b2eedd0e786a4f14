// Where a score begins to mean defective, and what that is known to cost.
#pragma once

#include "training_set.h"
#include "vocabulary.h"

#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/training/train.h>

namespace lineguard::training {

// Puts into the report, from the score that every picture of the set got by a detector made without its part: the
// operating point with its bounds, the good parts that score highest, and what a person should know of them. The
// threshold keeps the overkill asked for; where there are too few good parts, it is the strictest that they support
// (refused where options.must_reach_overkill).
Result<void> calibrate_operating_point(const TrainingSet& set, const std::vector<double>& scores,
                                       const TrainConfig& config, const TrainOptions& options, TrainReport& report);

}  // namespace lineguard::training
