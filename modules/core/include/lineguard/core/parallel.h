// Runs independent steps on a few threads.
#pragma once

#include <cstddef>
#include <functional>

#include <lineguard/core/result.h>

namespace lineguard {

// Calls step(i) for 0 <= i < count on up to `threads` threads, the caller's among them; fewer where the system has no
// more to give. The first error in order of i is returned, steps not begun by then are left out. What a step throws
// (most likely std::bad_alloc) is thrown again in the caller's thread. A step writes only to its own place, so the
// outcome does not depend on the threads.
Result<void> parallel_for(std::size_t count, int threads, const std::function<Result<void>(std::size_t)>& step);

}  // namespace lineguard
