#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include <lineguard/core/parallel.h>

namespace lineguard {
namespace {

class Steps {
 public:
  Steps(std::size_t count, const std::function<Result<void>(std::size_t)>& step) : count_(count), step_(step) {}

  // Until none is left, or one has failed. Never throws: a thread would end the program with it.
  void work() noexcept {
    for (std::size_t i = next_++; i < count_; i = next_++) {
      try {
        if (auto done = step_(i); !done) {
          std::lock_guard lock(mutex_);
          errors_.emplace(i, done.error());
          next_ = count_;
        }
      } catch (...) {
        std::lock_guard lock(mutex_);
        if (!thrown_) thrown_ = std::current_exception();
        next_ = count_;
      }
    }
  }

  Result<void> outcome() const {
    if (thrown_) std::rethrow_exception(thrown_);
    if (!errors_.empty()) return errors_.begin()->second;
    return {};
  }

 private:
  const std::size_t count_;
  const std::function<Result<void>(std::size_t)>& step_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::map<std::size_t, Error> errors_;
  std::exception_ptr thrown_;
};

}  // namespace

Result<void> parallel_for(std::size_t count, int threads, const std::function<Result<void>(std::size_t)>& step) {
  Steps steps(count, step);
  {
    std::vector<std::jthread> workers;
    const auto helpers = std::min(static_cast<std::size_t>(std::max(threads, 1)), count);
    try {
      for (std::size_t i = 1; i < helpers; ++i) workers.emplace_back([&] { steps.work(); });
    } catch (const std::system_error&) {  // no thread to be had under a limit: those that there are do it
    }
    steps.work();
  }
  return steps.outcome();
}

}  // namespace lineguard
