// Thresholds worth a look after a training, by the scores that the cross-fitting gave.
#pragma once

#include <string>
#include <vector>

#include <lineguard/acceptance/threshold_table.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/package/cross_fitted.h>
#include <lineguard/package/package.h>

namespace lineguard::app {

struct Proposals {
  std::vector<acceptance::ProposedPoint> points;  // two or three; none without good and defective parts
  std::string warning;  // the point in use misses most defects although scores separate them; else empty
};

// Pictures are counted by the part that `data` names.
Proposals propose_points(const std::vector<package::CrossFittedPicture>& pictures, const dataset::Dataset& data,
                         const package::OperatingPoint& in_use);

// "6.25: best F1; misses 1 of 12 defective parts, diverts 3 of 80 good ones"
std::string in_words(const acceptance::ProposedPoint& point);

}  // namespace lineguard::app
