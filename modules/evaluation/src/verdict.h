// What a comparison's differences say together.
#pragma once

#include <lineguard/evaluation/compare.h>

namespace lineguard::evaluation {

// Fills the differences and the verdict from everything else of it.
void decide(Comparison& comparison);

}  // namespace lineguard::evaluation
