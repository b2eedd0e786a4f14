#include <cmath>

#include <fmt/format.h>

#include <lineguard/core/words.h>

namespace lineguard {

std::string count_of(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : noun.ends_with('x') ? "es" : "s");
}

std::string at_most(double share) {
  // What is exact in decimal is not in binary: 5 % is not 5.01 %.
  return fmt::format("at most {:.2f} %", std::ceil(share * 10000 - 1e-6) / 100);
}

namespace {

bool continues(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;  // within a character of several bytes
}

}  // namespace

std::string on_one_line(std::string_view text, std::size_t most_bytes) {
  std::string line;
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    if (code < 0x20 || code == 0x7F)
      line += fmt::format("\\x{:02x}", code);
    else
      line += byte;
  }
  if (line.size() <= most_bytes) return line;
  std::size_t head = most_bytes / 2, tail = line.size() - most_bytes / 2;
  while (head > 0 && continues(line[head])) --head;
  while (tail < line.size() && continues(line[tail])) ++tail;
  return line.substr(0, head) + "…" + line.substr(tail);
}

}  // namespace lineguard
