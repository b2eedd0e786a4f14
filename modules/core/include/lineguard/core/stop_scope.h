// StopScope: tells what a thread calls that nobody waits for its result any more. A server's worker opens one for each
// request; long steps far below (decoding, tiles of a picture) ask it and give up with `cancelled`.
#pragma once

#include <stop_token>
#include <utility>

namespace lineguard {

// For the calling thread, until it is destroyed; the scope around it then counts again.
class StopScope {
 public:
  explicit StopScope(std::stop_token token) : outer_(std::exchange(current(), std::move(token))) {}
  ~StopScope() { current() = std::move(outer_); }
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;

  // False where no scope is open.
  static bool stop_requested() { return current().stop_requested(); }

 private:
  static std::stop_token& current() {
    static thread_local std::stop_token token;
    return token;
  }
  std::stop_token outer_;
};

}  // namespace lineguard
