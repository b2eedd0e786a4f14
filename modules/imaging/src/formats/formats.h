// One decoder a format. Each checks the limits on the header's numbers before it allocates pixels, and reads all of
// its file or nothing: what it would have to leave out (a page, a channel, transparency) is an error that names it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/reading.h>

namespace lineguard::imaging {

using Encoded = std::span<const std::byte>;

// Size, channels and depth as the file has them, before orientation, which is given beside them.
Result<PictureInfo> jpeg_info(Encoded encoded);
Result<PictureInfo> png_info(Encoded encoded);
Result<PictureInfo> bmp_info(Encoded encoded);
Result<PictureInfo> tiff_info(Encoded encoded);

Result<PictureInfo> webp_info(Encoded encoded);
Result<PictureInfo> jpeg2000_info(Encoded encoded);
Result<PictureInfo> jpeg_ls_info(Encoded encoded);
Result<PictureInfo> netpbm_info(Encoded encoded);

// `info` is that file's, within the limits.
Result<Image> decode_jpeg(Encoded encoded, const PictureInfo& info);
Result<Image> decode_png(Encoded encoded, const PictureInfo& info);
Result<Image> decode_bmp(Encoded encoded, const PictureInfo& info);
Result<Image> decode_tiff(Encoded encoded, const PictureInfo& info);
Result<Image> decode_webp(Encoded encoded, const PictureInfo& info);
Result<Image> decode_jpeg2000(Encoded encoded, const PictureInfo& info);
Result<Image> decode_jpeg_ls(Encoded encoded, const PictureInfo& info);
Result<Image> decode_netpbm(Encoded encoded, const PictureInfo& info);

// Errors: too_large.
Result<void> check_limits(Encoded encoded, const PictureInfo& info, const DecodeLimits& limits);

// One plane of a TIFF, of any number of pages and channels; `info` is that plane's, within the limits. Errors:
// invalid_argument where there is no such page or channel.
Result<PictureInfo> tiff_plane_info(Encoded encoded, const Plane& plane);
Result<Image> decode_tiff_plane(Encoded encoded, const PictureInfo& info, const Plane& plane);

bool is_raw_format(std::string_view name);         // "BayerRG12p"
std::uint64_t raw_bytes(const RawLayout& layout);  // that its file has
Result<PictureInfo> raw_info(Encoded encoded, const RawLayout& layout);
Result<Image> decode_raw(Encoded encoded, const RawLayout& layout);

bool is_jpeg_ls(Encoded encoded);  // REQUIRES a JPEG's first bytes
bool is_netpbm(Encoded encoded);   // P1 to P6

// A PNG with its alpha beside it, and of a palette the indices: what a mask is read from.
struct PngLayers {
  Image colours;               // gray or RGB; of a palette without black its indices
  std::optional<Image> alpha;  // 255 or 65535: opaque
  bool by_index = false;
};
Result<PngLayers> decode_png_layers(Encoded encoded, const PictureInfo& info);

// Tag 274 of what an EXIF block holds, from its "II*\0" or "MM\0*" on: 1 to 8; 1 where there is none or it makes no
// sense. Looks at its first directory only, however large the block says it is.
int exif_orientation(Encoded exif);
Image apply_orientation(const Image& image, int orientation);

// The name of a kind of picture that is not read ("GIF"), by its first bytes; empty: none that is known.
std::string_view name_of_other_format(Encoded encoded);

// unsupported where what stands behind a picture's end is a picture of its own; anything else is left alone.
Result<void> refuse_second_picture(Encoded behind_the_end);

inline Error corrupt(std::string_view what) {
  return make_error(ErrorCode::corrupt_data, std::string(what));
}
inline Error given_up() {
  return make_error(ErrorCode::cancelled, "decoding was given up: nobody waits for the picture any more");
}
inline Error unsupported(std::string_view what) {
  return make_error(ErrorCode::unsupported, std::string(what));
}

// unsupported: of a picture whose alpha is not the same everywhere something else would be judged than people see.
inline Error hidden_by_alpha(std::string_view format) {
  return unsupported(
      "a " + std::string(format) +
      " with transparent pixels: what they hide would be judged with what is seen. Save it without alpha");
}

// `bytes` of a number at `at`, which lie within the file.
inline std::uint32_t big_endian(Encoded encoded, std::size_t at, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | std::to_integer<std::uint32_t>(encoded[at + i]);
  return value;
}

inline bool has_text_at(Encoded encoded, std::size_t at, std::string_view text) {
  if (encoded.size() < at || encoded.size() - at < text.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (encoded[at + i] != static_cast<std::byte>(text[i])) return false;
  }
  return true;
}

}  // namespace lineguard::imaging
