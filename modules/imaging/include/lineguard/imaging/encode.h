// Encoding pictures to memory.
#pragma once

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard::imaging {

// quality 1 to 100. 8-bit gray or RGB. Errors: unsupported (16 bit), internal.
Result<Bytes> encode_jpeg(const Image& image, int quality = 90);
// 8 or 16 bit, gray or RGB.
Result<Bytes> encode_png(const Image& image);
// 32-bit float, one channel, uncompressed little-endian TIFF: what `inspect --map` writes.
Result<Bytes> encode_float_tiff(const FloatMap& map);

}  // namespace lineguard::imaging
