// Pixels on the wire: a camera's picture as it lies in memory, under a media type that says what it is, so that nobody
// encodes within the deadline (docs/api.md, docs/adr/0046).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>

namespace lineguard::wire {

// Rows top to bottom, channels interleaved (gray, or R G B), samples of 16 bits little-endian.
struct PixelFormat {
  Size size;
  int channels = 1;  // 1 or 3
  PixelDepth depth = PixelDepth::u8;
  std::uint64_t row_bytes = 0;  // from one row's start to the next, padding included

  std::uint64_t bytes() const { return row_bytes * static_cast<std::uint64_t>(size.height_px); }
  std::uint64_t image_bytes() const;  // of the Image that it becomes: without the padding
  bool operator==(const PixelFormat&) const = default;
};

// "application/vnd.lineguard.pixels; width=640; height=480; channels=1; bits=8": of an image's own bytes.
std::string pixel_media_type(const Image& image);

bool is_pixels(std::string_view content_type);

// REQUIRES is_pixels(). Parameters: width, height, channels (1 or 3), bits (8 or 16), and row_bytes where rows are
// padded. Errors: invalid_argument (naming the parameter, what was found and what is allowed), too_large (limits.h).
Result<PixelFormat> read_pixel_format(std::string_view content_type);

// Errors: invalid_argument where a body of so many bytes is none of that format, with what was found and expected.
Result<void> check_length(const PixelFormat& format, std::uint64_t body_bytes);

// Copies them once. Errors: as check_length(), before anything is allocated; unavailable (no memory).
Result<Image> image_of(const PixelFormat& format, std::string_view body);

}  // namespace lineguard::wire
