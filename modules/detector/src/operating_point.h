// Where a score begins to mean defective, and what that is known to cost.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/detector/train.h>
#include <lineguard/package/package.h>

namespace lineguard::detector {

// Pictures of one part are no independent trials: a part is diverted where one of its pictures is (docs/adr/0019).
class WorstOfParts {
 public:
  void add(const std::string& part, double score);
  std::vector<double> scores() const;  // one a part

 private:
  std::map<std::string, double> worst_;
};

// The threshold that keeps the overkill asked for; where there are too few good pictures, the strictest that they
// support.
Result<package::OperatingPoint> choose_operating_point(const std::vector<double>& scores, const TrainConfig& config,
                                                       bool must_reach, std::vector<std::string>& warnings);

}  // namespace lineguard::detector
