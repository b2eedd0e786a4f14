// Merkle tree hash of RFC 9162 (2.1.1), SHA-256, built leaf by leaf: memory is logarithmic.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lineguard::record {

class MerkleTree {
 public:
  // `hash`: 64 lower-case hexadecimal digits; the leaf's data are its 32 bytes.
  void add(std::string_view hash);
  std::string root() const;  // 64 hexadecimal digits; of no leaf: the hash of nothing
  std::uint64_t leaves() const { return leaves_; }

 private:
  std::vector<std::string> peaks_;  // roots of perfect subtrees, largest first; one for each bit of leaves_
  std::uint64_t leaves_ = 0;
};

}  // namespace lineguard::record
