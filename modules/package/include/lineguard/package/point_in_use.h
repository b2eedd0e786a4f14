// What decides beside the score: the region rules of an operating point, and the digest of the file that they stand in.
// The same code in the detector, its answers and the station. Pure.
#pragma once

#include <string>

#include <lineguard/core/types.h>
#include <lineguard/package/region_rules.h>

namespace lineguard::package {

struct PointInUse {
  std::string digest;  // of the operating point's file; empty: not known
  RegionRules rules;
  bool operator==(const PointInUse&) const = default;

  // The rules by which a prediction of this operating point is good although its score is above the threshold, in
  // words; else empty.
  std::string rule_of(const Prediction& prediction) const {
    if (prediction.label != Label::good || !(prediction.score > prediction.threshold)) return "";
    return apply_rules(Label::defective, prediction.regions, rules).rule;
  }
};

}  // namespace lineguard::package
