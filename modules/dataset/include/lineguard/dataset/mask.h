// The masks of a sample: what they mark, as one picture.
#pragma once

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

// 8-bit gray: 255 where any of the sample's masks marks a pixel (imaging::decode_mask), else 0. REQUIRES sample.mask.
// Errors: those of reading and decoding with the file's name; corrupt_data where its masks differ in size.
Result<Image> read_mask(const Sample& sample);

}  // namespace lineguard::dataset
