// Whether a package in lower precision may stand in for the one that it was made from.
#pragma once

#include <lineguard/core/result.h>
#include <lineguard/evaluation/compare.h>

namespace lineguard::evaluation {

// B is the candidate. Errors: refused where it failed on a picture that A predicted, where no defective part shows what
// becomes of misses, and where miss or overkill rate rise by more than `max_change` (a share).
Result<void> accept_candidate(const Comparison& comparison, double max_change);

}  // namespace lineguard::evaluation
