// One decoder a format. Each checks the limits on the header's numbers before it allocates pixels.
#pragma once

#include <span>
#include <string_view>

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>
#include <lineguard/imaging/decode.h>

namespace lineguard::imaging {

using Encoded = std::span<const std::byte>;

// Size, channels and depth as the file has them, before orientation, which is given beside them.
Result<PictureInfo> jpeg_info(Encoded encoded);
Result<PictureInfo> png_info(Encoded encoded);
Result<PictureInfo> bmp_info(Encoded encoded);
Result<PictureInfo> tiff_info(Encoded encoded);

// `info` is that file's, within the limits.
Result<Image> decode_jpeg(Encoded encoded, const PictureInfo& info);
Result<Image> decode_png(Encoded encoded, const PictureInfo& info, const GiveUp& give_up);
Result<Image> decode_bmp(Encoded encoded, const PictureInfo& info);
Result<Image> decode_tiff(Encoded encoded, const PictureInfo& info, const GiveUp& give_up);

// 1 to 8; 1 where there is none or it makes no sense.
int exif_orientation(Encoded encoded);
Image apply_orientation(const Image& image, int orientation);

inline Error given_up() {
  return make_error(ErrorCode::cancelled, "decoding was given up: nobody waits for the picture any more");
}

inline Error corrupt(std::string_view what) {
  return make_error(ErrorCode::corrupt_data, std::string(what));
}

}  // namespace lineguard::imaging
