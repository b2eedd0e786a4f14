#include <fmt/format.h>

#include <lineguard/core/words.h>

namespace lineguard {

std::string count_of(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : noun.ends_with('x') ? "es" : "s");
}

}  // namespace lineguard
