// Runs independent steps on a few threads.
#pragma once

#include <cstddef>
#include <functional>

#include <lineguard/core/result.h>

namespace lineguard::detector {
// Calls step(i) for 0 <= i < count on up to `threads` threads; the first error in order of i is returned, steps not
// begun by then are left out. A step writes only to its own place, so the outcome does not depend on the threads.
Result<void> parallel_for(std::size_t count, int threads, const std::function<Result<void>(std::size_t)>& step);
}  // namespace lineguard::detector
