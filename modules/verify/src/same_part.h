// One part under two names: the same marks in two pictures, whatever the lamp.
#pragma once

#include <cstddef>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/features/feature_extractor.h>

namespace lineguard::verify {
using features::Matrix;

struct PartPair {
  std::size_t a = 0, b = 0;  // a < b
  double correlation = 0;    // of their detail, what all pictures share left out
  double share = 0;          // of 1 - correlation in that of the tenth nearest
};

// The picture's marks in 24 x 24 regions with brightness and contrast evened out. 8-bit gray.
std::vector<float> detail_of(const Image& gray);

// `details` [pictures, regions]. Two pictures show one part where each is the other's nearest and 1 - correlation is
// less than a quarter of what it is to the tenth nearest, of either and of typical pictures: the tenth, because every
// part may be there several times. Least different first. On the magnet tiles at two exposures half of the parts are
// found.
std::vector<PartPair> find_same_parts(Matrix details, int threads);

}  // namespace lineguard::verify
