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
  std::int64_t max_pixels = limits::kPicturePixels;          // width * height
  int max_side_px = limits::kPictureSide_px;                 // of each side
  std::uint64_t max_file_bytes = limits::kPictureFileBytes;  // of the encoded file
};

enum class Format { jpeg, png, bmp, tiff, webp, jpeg2000, jpeg_ls, netpbm, unrecognised };
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

// Reads the header only: in time and memory that do not grow with the picture's pixels. Errors: corrupt_data (not a
// picture, or cut in its header), unsupported, too_large.
Result<PictureInfo> read_info(std::span<const std::byte> encoded, const DecodeLimits& limits = {});

// What decode() holds at most for such a picture, beside the file: known before a pixel is allocated.
std::uint64_t decoding_bytes(const PictureInfo& info);

// Asked before and after the pixels are read; true: decode() ends with `cancelled`.
using GiveUp = std::function<bool()>;

// Decodes a picture to gray or RGB, 8 or 16 bit as the file has it; palettes are expanded, orientation is
// applied. All of the picture or none of it (docs/adr/0037): a truncated file is corrupt_data; several pages or
// pictures, and a further channel (alpha) that is not the same everywhere, are unsupported. Memory is proportional to
// the picture.
// Thread-safe. Errors: corrupt_data, unsupported, too_large, cancelled; the message says what was found and what is
// allowed.
Result<Image> decode(std::span<const std::byte> encoded, const DecodeLimits& limits = {}, const GiveUp& give_up = {});

// read_file + decode, with the file's name in every error.
Result<Image> decode_file(const std::filesystem::path& file, const DecodeLimits& limits = {});

// A picture that marks pixels of another one.
struct Mask {
  Image marked;  // 8-bit gray: 255 where a pixel is marked, else 0
  double soft_share =
      0;  // of the marked pixels: those far darker than the brightest, as compression and blur leave them
  bool by_alpha = false;  // transparent pixels are not marked, whatever their colour
  bool by_index = false;  // of a palette without black: the first colour is the background
};

// A pixel is marked where it is not black and not transparent; in a palette without black, where it is not of the first
// colour; where all that is opaque is black, by its alpha alone. Errors: as decode().
Result<Mask> decode_mask(std::span<const std::byte> encoded, const DecodeLimits& limits = {});

// .jpg .png .tif and so on, in any case: the names that folders are searched for.
bool has_picture_extension(const std::filesystem::path& file);
std::string_view picture_extensions();  // ".jpg, .jpeg, .png …": for messages

}  // namespace lineguard::imaging
