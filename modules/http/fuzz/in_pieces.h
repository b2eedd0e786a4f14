// What the fuzz programs of requests and responses share: bytes go into a parser whole or in pieces, and both are read
// alike; and their seeds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include <lineguard/core/check.h>
#include <lineguard/core/files.h>

namespace lineguard::http::fuzz {

inline constexpr std::uint64_t kMostBodyBytes = 4096;
inline constexpr std::size_t kReadTwice = 2048;  // longer inputs are read as a whole only

// Gives the parser `step` bytes at a time; what it did not take in the end. `refused` says whether it gave up.
template <typename Parser, typename Refused>
std::string put_in_pieces(Parser& parser, std::string_view bytes, std::size_t step, const Refused& refused) {
  std::string unused;
  for (std::size_t at = 0; at < bytes.size() && !refused(); at += step) {
    unused += bytes.substr(at, step);
    for (std::size_t used = 1; used > 0 && !unused.empty() && !parser.done() && !refused();) {
      used = parser.put(unused);
      LINEGUARD_CHECK(used <= unused.size(), "no more is used than there is");
      unused.erase(0, used);
    }
  }
  return unused;
}

// `read(bytes, step)` gives what was made of them, to be compared.
template <typename Read>
void check_pieces(const std::uint8_t* data, std::size_t size, const Read& read) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = read(bytes, std::max<std::size_t>(size, 1));
  if (size <= kReadTwice) LINEGUARD_CHECK(whole == read(bytes, 1 + size % 7), "pieces are read as the whole is");
}

inline int write_seeds(std::span<char*> arguments, std::span<const std::string> seeds) {
  LINEGUARD_CHECK(arguments.size() == 2, "usage: NAME_seeds FOLDER");
  int number = 0;
  for (const std::string& seed : seeds) {
    const auto file = std::filesystem::path(arguments[1]) / std::to_string(number++);
    LINEGUARD_CHECK(write_file_atomically(file, seed), "the seed was written");
  }
  return 0;
}

}  // namespace lineguard::http::fuzz
