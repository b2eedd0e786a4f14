// Sums of pictures: what binds a prediction to the pictures it judged.
#pragma once

#include <vector>

#include <lineguard/core/types.h>

namespace lineguard {

// Encoded: length and checksum of the file's bytes. Pixels: of the pixels, with size, channels and depth in the
// checksum. REQUIRES content that is there.
PictureSum sum_of(const View& view);
std::vector<PictureSum> sums_of(const Capture& capture);  // in the order of its views

}  // namespace lineguard
