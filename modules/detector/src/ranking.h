// AUROC of values that come from parts, again and again for parts drawn anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lineguard::detector {

class Ranking {
 public:
  void add(double value, bool defective, std::size_t part);
  // After the last add() and before auroc().
  void sort();
  // With the values of part i counted times[i] times; ties count half. Not a number where a side is empty.
  double auroc(const std::vector<std::uint32_t>& times) const;

 private:
  struct Item {
    double value;
    bool defective;
    std::size_t part;
  };
  std::vector<Item> items_;
};

}  // namespace lineguard::detector
