#include "space_reserve.h"

#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace lineguard::store {
namespace {

// Real blocks, not a sparse file: a hole would hold nothing.
bool allocate(const std::filesystem::path& file, std::uint64_t bytes) {
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return false;
  const bool done = posix_fallocate(descriptor, 0, static_cast<off_t>(bytes)) == 0 &&
                    ftruncate(descriptor, static_cast<off_t>(bytes)) == 0 && fsync(descriptor) == 0;
  close(descriptor);
  return done;
}

}  // namespace

SpaceReserve::SpaceReserve(std::filesystem::path file, std::uint64_t bytes) : file_(std::move(file)) {
  if (bytes == 0) return;
  if (allocate(file_, bytes)) {
    bytes_ = bytes;
  } else {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);  // half a reserve only takes the room that the rows need
  }
}

bool SpaceReserve::release() {
  if (bytes_ == 0) return false;
  bytes_ = 0;
  std::error_code code;
  return std::filesystem::remove(file_, code) && !code;
}

}  // namespace lineguard::store
