// The attribute study of AIAG's Measurement Systems Analysis (4th edition, table III-C 1): 50 parts, appraisers A, B
// and C, three trials each; 1 is acceptable. One row a part: A, B, C, reference.
#pragma once

#include <array>
#include <string>

namespace lineguard::acceptance::test {

inline constexpr std::array kAiagParts = {
    "111 111 111 1", "111 111 111 1", "000 000 000 0", "000 000 000 0", "000 000 000 0", "110 110 100 1",
    "111 111 101 1", "111 111 111 1", "000 000 000 0", "111 111 111 1", "111 111 111 1", "000 000 010 0",
    "111 111 111 1", "110 111 100 1", "111 111 111 1", "111 111 111 1", "111 111 111 1", "111 111 111 1",
    "111 111 111 1", "111 111 111 1", "110 101 010 1", "001 010 110 0", "111 111 111 1", "111 111 111 1",
    "000 000 000 0", "010 000 001 0", "111 111 111 1", "111 111 111 1", "111 111 111 1", "000 001 000 0",
    "111 111 111 1", "111 111 111 1", "111 111 111 1", "001 001 011 0", "111 111 111 1", "110 111 101 1",
    "000 000 000 0", "111 111 111 1", "000 000 000 0", "111 111 111 1", "111 111 111 1", "000 000 000 0",
    "101 111 110 1", "111 111 111 1", "000 000 000 0", "111 111 111 1", "111 111 111 1", "000 000 000 0",
    "111 111 111 1", "000 000 000 0"};

// As a CSV of answers.
inline std::string aiag_csv() {
  std::string csv = "part,inspector,trial,answer,reference\n";
  const auto word = [](char digit) { return digit == '1' ? "good" : "defective"; };
  for (std::size_t part = 0; part < kAiagParts.size(); ++part) {
    const std::string row = kAiagParts[part];
    for (std::size_t inspector = 0; inspector < 3; ++inspector) {
      for (std::size_t trial = 0; trial < 3; ++trial) {
        csv += std::to_string(part + 1) + "," + std::string(1, static_cast<char>('A' + inspector)) + "," +
               std::to_string(trial + 1) + "," + word(row[4 * inspector + trial]) + "," + word(row[12]) + "\n";
      }
    }
  }
  return csv;
}

}  // namespace lineguard::acceptance::test
