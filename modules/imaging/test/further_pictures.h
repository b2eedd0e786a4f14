// Encoders of the formats that only tests write.
#pragma once

#include <lineguard/core/image.h>
#include <lineguard/core/types.h>

namespace lineguard::imaging::test {

Bytes encode_netpbm(const Image& image);
Bytes encode_netpbm_in_letters(const Image& image);
Bytes encode_jpeg_ls(const Image& image);
Bytes encode_jpeg2000(const Image& image);
// Without loss. `alpha` of every pixel; an orientation other than 1 stands in an EXIF chunk.
Bytes encode_webp(const Image& rgb, int alpha = 255, int orientation = 1);

}  // namespace lineguard::imaging::test
