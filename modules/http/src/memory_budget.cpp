#include <lineguard/http/memory_budget.h>

namespace lineguard::http {

bool MemoryBudget::take(std::uint64_t bytes, std::uint64_t most_held_bytes) {
  std::uint64_t held = held_bytes_;
  do {
    if (held > most_held_bytes || bytes > most_held_bytes - held) return false;
  } while (!held_bytes_.compare_exchange_weak(held, held + bytes));
  return true;
}

bool HeldMemory::resize(std::uint64_t bytes) {
  if (bytes > bytes_) {
    const bool small = bytes <= budget_.small_request_bytes();
    if (!budget_.take(bytes - bytes_, small ? budget_.limit_bytes() : budget_.largest_request_bytes())) return false;
    bytes_ = bytes;
    return true;
  }
  set(bytes);
  return true;
}

void HeldMemory::set(std::uint64_t bytes) {
  budget_.held_bytes_ += bytes - bytes_;  // unsigned: less is added as well
  bytes_ = bytes;
}

}  // namespace lineguard::http
