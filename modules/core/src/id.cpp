#include <array>
#include <cstdint>

#include <fmt/format.h>
#include <sys/random.h>

#include <lineguard/core/check.h>
#include <lineguard/core/id.h>

namespace lineguard {

std::string new_id() {
  std::array<std::uint64_t, 2> bits{};
  LINEGUARD_CHECK(getrandom(bits.data(), sizeof bits, 0) == sizeof bits, "the operating system gives random bytes");
  return fmt::format("{:016x}{:016x}", bits[0], bits[1]);
}

}  // namespace lineguard
