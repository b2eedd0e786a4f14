// MemoryBudget: what all requests of a server hold together, byte by byte: bodies as they arrive, decoded pixels, and
// answers until they are read.
#pragma once

#include <atomic>
#include <cstdint>

namespace lineguard::http {

// Thread-safe.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}

  std::uint64_t limit_bytes() const { return limit_bytes_; }
  std::uint64_t held_bytes() const { return held_bytes_; }
  // More than this one request never gets (three quarters). The rest is kept for small ones, so that a few large
  // requests (uploads that stall, maps that nobody reads) never keep ordinary pictures out.
  std::uint64_t largest_request_bytes() const { return largest_request_bytes(limit_bytes_); }
  static constexpr std::uint64_t largest_request_bytes(std::uint64_t limit_bytes) { return limit_bytes / 4 * 3; }
  // Up to this size a request is a small one.
  std::uint64_t small_request_bytes() const { return limit_bytes_ / 16; }

 private:
  friend class HeldMemory;
  bool take(std::uint64_t bytes, std::uint64_t most_held_bytes);

  const std::uint64_t limit_bytes_;
  std::atomic<std::uint64_t> held_bytes_{0};
};

// What one request holds of a budget, which must outlive it; nothing at first. One thread at a time.
class HeldMemory {
 public:
  explicit HeldMemory(MemoryBudget& budget) : budget_(budget) {}
  ~HeldMemory() { set(0); }
  HeldMemory(const HeldMemory&) = delete;
  HeldMemory& operator=(const HeldMemory&) = delete;

  std::uint64_t bytes() const { return bytes_; }
  // False where the budget has no room: then it holds what it held before. Less is always granted.
  [[nodiscard]] bool resize(std::uint64_t bytes);
  // Says what is held whether or not there is room: for memory that exists already.
  void set(std::uint64_t bytes);
  const MemoryBudget& budget() const { return budget_; }

 private:
  MemoryBudget& budget_;
  std::uint64_t bytes_ = 0;
};

}  // namespace lineguard::http
