#include "formats/formats.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <new>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/imaging/decode.h>

namespace lineguard::imaging {
namespace {

bool starts_with(Encoded encoded, std::string_view magic) {
  return encoded.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), encoded.begin(),
                    [](char expected, std::byte found) { return static_cast<std::byte>(expected) == found; });
}

Result<PictureInfo> info_by_format(Encoded encoded) {
  switch (detect_format(encoded)) {
    case Format::jpeg:
      return jpeg_info(encoded);
    case Format::png:
      return png_info(encoded);
    case Format::bmp:
      return bmp_info(encoded);
    case Format::tiff:
      return tiff_info(encoded);
    case Format::unrecognised:
      break;
  }
  if (encoded.empty()) return corrupt("the file is empty; expected a JPEG, PNG, BMP or TIFF picture");
  if (const auto name = name_of_other_format(encoded); !name.empty()) {
    return unsupported(
        fmt::format("{}, a format that is not read; expected JPEG, PNG, BMP or TIFF: save it as PNG or TIFF", name));
  }
  return corrupt("not a picture: expected JPEG, PNG, BMP or TIFF, by its first bytes");
}

// As stored, before orientation.
Result<PictureInfo> limited_info(Encoded encoded, const DecodeLimits& limits) {
  if (encoded.size() > limits.max_file_bytes) {
    return make_error(ErrorCode::too_large,
                      fmt::format("{} bytes, allowed are {}", encoded.size(), limits.max_file_bytes));
  }
  LINEGUARD_ASSIGN(const PictureInfo info, info_by_format(encoded));
  const int side = std::max(info.size.width_px, info.size.height_px);
  if (side > limits.max_side_px) {
    return make_error(ErrorCode::too_large, fmt::format("{} x {} pixels: a side may have {}", info.size.width_px,
                                                        info.size.height_px, limits.max_side_px));
  }
  const std::int64_t pixels = std::int64_t{info.size.width_px} * info.size.height_px;
  if (pixels > limits.max_pixels) {
    return make_error(ErrorCode::too_large, fmt::format("{} x {} pixels are {}, allowed are {}", info.size.width_px,
                                                        info.size.height_px, pixels, limits.max_pixels));
  }
  return info;
}

Result<Image> decode_by_format(Encoded encoded, const PictureInfo& info) {
  switch (info.format) {
    case Format::jpeg:
      return decode_jpeg(encoded, info);
    case Format::png:
      return decode_png(encoded, info);
    case Format::bmp:
      return decode_bmp(encoded, info);
    case Format::tiff:
      return decode_tiff(encoded, info);
    case Format::unrecognised:
      break;
  }
  return corrupt("not a picture");
}

}  // namespace

std::string_view to_string(Format format) {
  constexpr std::array<std::string_view, 5> kNames{"JPEG", "PNG", "BMP", "TIFF", "no picture"};
  return kNames[static_cast<std::size_t>(format)];
}

Format detect_format(Encoded encoded) {
  if (starts_with(encoded, "\xff\xd8\xff")) return Format::jpeg;
  if (starts_with(encoded, "\x89PNG\r\n\x1a\n")) return Format::png;
  if (starts_with(encoded, "BM")) return Format::bmp;
  if (starts_with(encoded, std::string_view("II*\0", 4)) || starts_with(encoded, std::string_view("MM\0*", 4)) ||
      starts_with(encoded, std::string_view("II+\0", 4)) || starts_with(encoded, std::string_view("MM\0+", 4))) {
    return Format::tiff;
  }
  return Format::unrecognised;
}

Result<PictureInfo> read_info(Encoded encoded, const DecodeLimits& limits) {
  LINEGUARD_ASSIGN(PictureInfo info, limited_info(encoded, limits));
  if (info.exif_orientation >= 5) std::swap(info.size.width_px, info.size.height_px);
  return info;
}

Result<Image> decode(Encoded encoded, const DecodeLimits& limits) {
  LINEGUARD_ASSIGN(const PictureInfo info, limited_info(encoded, limits));
  try {
    LINEGUARD_ASSIGN(Image image, decode_by_format(encoded, info));
    return info.exif_orientation == 1 ? std::move(image) : apply_orientation(image, info.exif_orientation);
  } catch (const std::bad_alloc&) {
    return make_error(ErrorCode::unavailable,
                      fmt::format("no memory for {} x {} pixels", info.size.width_px, info.size.height_px));
  }
}

Result<Image> decode_file(const std::filesystem::path& file, const DecodeLimits& limits) {
  LINEGUARD_ASSIGN(const Bytes encoded, read_file(file, limits.max_file_bytes));
  auto image = decode(encoded, limits);
  if (!image) return image.error().in(file.string());
  return image;
}

bool has_picture_extension(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 6> kPictures = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"};
  return std::ranges::find(kPictures, extension) != kPictures.end();
}

}  // namespace lineguard::imaging
