// Which part of 16 bits pictures use: for a model, once from its pictures; for people, from each picture that is shown.
#pragma once

#include <cstdint>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::imaging {

// Every value's number of samples, over any number of 16-bit pictures. Not thread-safe.
class ValueCounts {
 public:
  void add(const Image& image);  // REQUIRES 16 bit
  bool empty() const { return total_ == 0; }
  // The value that a share (0 to 1) of all samples lies at or below. REQUIRES not empty.
  double quantile(double share) const;

 private:
  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(65'536);
  double total_ = 0;
};

// From 0.1 % to 99.9 % of the values with a margin of a tenth. REQUIRES not empty.
DepthWindow window_of(const ValueCounts& counts);

// In 8 bit, as people can see it: a 16-bit picture through its own window. No model sees pictures so.
Image for_display(const Image& image);

}  // namespace lineguard::imaging
