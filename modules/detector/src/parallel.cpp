#include "parallel.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace lineguard::detector {

Result<void> parallel_for(std::size_t count, int threads, const std::function<Result<void>(std::size_t)>& step) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::map<std::size_t, Error> errors;
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      if (auto done = step(i); !done) {
        std::lock_guard lock(mutex);
        errors.emplace(i, done.error());
        next = count;
      }
    }
  };
  std::vector<std::jthread> workers;
  const auto helpers = std::min(static_cast<std::size_t>(std::max(threads, 1)), count);
  for (std::size_t i = 1; i < helpers; ++i) workers.emplace_back(work);
  work();
  workers.clear();
  if (!errors.empty()) return errors.begin()->second;
  return {};
}

}  // namespace lineguard::detector
