// SHA-256, as 64 lower-case hexadecimal digits.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <lineguard/core/result.h>

namespace lineguard {

std::string sha256_hex(std::span<const std::byte> bytes);
std::string sha256_hex(std::string_view text);
// Reads in blocks: memory does not grow with the file. Errors as read_file.
Result<std::string> sha256_hex_of_file(const std::filesystem::path& file);

// Incremental. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void add(std::span<const std::byte> bytes);
  void add(std::string_view text);
  std::string finish_hex();  // call once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lineguard
