// A file that only holds space, so that it can be given back on the day the disk is full.
#pragma once

#include <cstdint>
#include <filesystem>

namespace lineguard::store {

// Not thread-safe. The file stays when this is destroyed: the next start finds its space still held.
class SpaceReserve {
 public:
  // Allocates `bytes` in `file` (0: no reserve). Leaves bytes() at 0 where the disk has no room.
  SpaceReserve(std::filesystem::path file, std::uint64_t bytes);
  std::uint64_t bytes() const { return bytes_; }
  // Gives the space back; false when there was none to give.
  bool release();

 private:
  std::filesystem::path file_;
  std::uint64_t bytes_ = 0;
};

}  // namespace lineguard::store
