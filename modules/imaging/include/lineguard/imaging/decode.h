// Decoding pictures from memory, with limits that hold before a pixel is allocated.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

#include <lineguard/core/image.h>
#include <lineguard/core/limits.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard::imaging {

struct DecodeLimits {
  std::int64_t max_pixels = 100'000'000;        // width * height
  int max_side_px = limits::kPictureSide_px;    // width and height each
  std::uint64_t max_file_bytes = 256ull << 20;  // of the encoded file
};

enum class Format { jpeg, png, bmp, tiff, unrecognised };
std::string_view to_string(Format format);  // "JPEG"; "no picture"

// By the first bytes, never by the file's name.
Format detect_format(std::span<const std::byte> encoded);

struct PictureInfo {
  Format format = Format::unrecognised;
  Size size;  // as decode() gives it: after EXIF orientation
  int channels = 0;
  PixelDepth depth = PixelDepth::u8;
  int exif_orientation = 1;  // 1 to 8; 1 where there is none
};

// Reads the header only. Errors: corrupt_data (not a picture, or cut in its header), unsupported, too_large.
Result<PictureInfo> read_info(std::span<const std::byte> encoded, const DecodeLimits& limits = {});

// What decode() holds at most for such a picture, beside the file: known before a pixel is allocated.
std::uint64_t decoding_bytes(const PictureInfo& info);

// Asked between rows (PNG, TIFF) or before and after the whole (JPEG, BMP); true: decode() ends with `cancelled`.
using GiveUp = std::function<bool()>;

// Decodes JPEG, PNG, BMP or TIFF to gray or RGB, 8 or 16 bit as the file has it; palettes are expanded, an alpha
// channel is dropped, EXIF orientation is applied. A truncated file is corrupt_data, never a half-gray picture.
// Thread-safe. Errors: corrupt_data, unsupported, too_large, cancelled; the message says what was found and what is
// allowed.
Result<Image> decode(std::span<const std::byte> encoded, const DecodeLimits& limits = {}, const GiveUp& give_up = {});

// read_file + decode, with the file's name in every error.
Result<Image> decode_file(const std::filesystem::path& file, const DecodeLimits& limits = {});

// .jpg .jpeg .png .bmp .tif .tiff in any case: the names that folders are searched for.
bool has_picture_extension(const std::filesystem::path& file);

}  // namespace lineguard::imaging
