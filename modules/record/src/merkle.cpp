#include "merkle.h"

#include <lineguard/core/digest.h>

namespace lineguard::record {
namespace {

unsigned value_of_digit(char digit) {
  return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

std::string bytes_of(std::string_view hexadecimal) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2)
    bytes += static_cast<char>(value_of_digit(hexadecimal[i]) * 16 + value_of_digit(hexadecimal[i + 1]));
  return bytes;
}

std::string node(std::string_view left, std::string_view right) {
  return sha256_hex('\1' + bytes_of(left) + bytes_of(right));
}

}  // namespace

void MerkleTree::add(std::string_view hash) {
  std::string carried = sha256_hex('\0' + bytes_of(hash));
  for (std::uint64_t bits = leaves_; bits & 1; bits >>= 1) {
    carried = node(peaks_.back(), carried);
    peaks_.pop_back();
  }
  peaks_.push_back(std::move(carried));
  ++leaves_;
}

std::string MerkleTree::root() const {
  if (peaks_.empty()) return sha256_hex(std::string_view());
  std::string root = peaks_.back();
  for (auto peak = peaks_.rbegin() + 1; peak != peaks_.rend(); ++peak) root = node(*peak, root);
  return root;
}

}  // namespace lineguard::record
