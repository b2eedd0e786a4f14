#include <xxhash.h>

#include <lineguard/core/checksum.h>

namespace lineguard {

std::uint64_t xxh3(std::span<const std::byte> bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace lineguard
