// Where a score begins to mean defective, and what that is known to cost.
#pragma once

#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/detector/train.h>
#include <lineguard/package/package.h>

namespace lineguard::detector {

// The threshold that keeps the overkill asked for; where there are too few good pictures, the strictest that they
// support.
Result<package::OperatingPoint> choose_operating_point(const std::vector<double>& scores, const TrainConfig& config,
                                                       bool must_reach, std::vector<std::string>& warnings);

}  // namespace lineguard::detector
