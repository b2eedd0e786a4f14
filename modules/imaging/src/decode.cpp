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

struct Decoder {
  Format format;
  std::string_view name;
  Result<PictureInfo> (*info)(Encoded);
  Result<Image> (*decode)(Encoded, const PictureInfo&);
};

constexpr std::array<Decoder, 8> kDecoders{{
    {Format::jpeg, "JPEG", jpeg_info, decode_jpeg},
    {Format::png, "PNG", png_info, decode_png},
    {Format::bmp, "BMP", bmp_info, decode_bmp},
    {Format::tiff, "TIFF", tiff_info, decode_tiff},
    {Format::webp, "WebP", webp_info, decode_webp},
    {Format::jpeg2000, "JPEG 2000", jpeg2000_info, decode_jpeg2000},
    {Format::jpeg_ls, "JPEG-LS", jpeg_ls_info, decode_jpeg_ls},
    {Format::netpbm, "PGM or PPM", netpbm_info, decode_netpbm},
}};

constexpr std::string_view kExpected = "expected JPEG, PNG, BMP, TIFF, WebP, JPEG 2000, JPEG-LS, PGM or PPM";

// Null: none.
const Decoder* decoder_of(Format format) {
  const auto found = std::ranges::find(kDecoders, format, &Decoder::format);
  return found == kDecoders.end() ? nullptr : &*found;
}

Result<PictureInfo> info_by_format(Encoded encoded) {
  if (const Decoder* decoder = decoder_of(detect_format(encoded))) return decoder->info(encoded);
  if (encoded.empty()) return corrupt(fmt::format("the file is empty; {}", kExpected));
  if (const auto name = name_of_other_format(encoded); !name.empty())
    return unsupported(fmt::format("{}, a format that is not read; {}: save it as PNG or TIFF", name, kExpected));
  return corrupt(fmt::format("not a picture: {}, by its first bytes", kExpected));
}

Error too_many_bytes(Encoded encoded, const DecodeLimits& limits) {
  return make_error(ErrorCode::too_large,
                    fmt::format("{} bytes, allowed are {}", encoded.size(), limits.max_file_bytes));
}

// As stored, before orientation.
Result<PictureInfo> limited_info(Encoded encoded, const DecodeLimits& limits) {
  if (encoded.size() > limits.max_file_bytes) return too_many_bytes(encoded, limits);
  LINEGUARD_ASSIGN(const PictureInfo info, info_by_format(encoded));
  LINEGUARD_TRY(check_limits(encoded, info, limits));
  return info;
}

}  // namespace

Result<void> check_limits(Encoded encoded, const PictureInfo& info, const DecodeLimits& limits) {
  if (encoded.size() > limits.max_file_bytes) return too_many_bytes(encoded, limits);
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
  return {};
}

std::string_view to_string(Format format) {
  const Decoder* decoder = decoder_of(format);
  return decoder != nullptr ? decoder->name : "no picture";
}

Format detect_format(Encoded encoded) {
  if (starts_with(encoded, "\xff\xd8\xff")) return is_jpeg_ls(encoded) ? Format::jpeg_ls : Format::jpeg;
  if (starts_with(encoded, "\x89PNG\r\n\x1a\n")) return Format::png;
  if (starts_with(encoded, "BM")) return Format::bmp;
  if (starts_with(encoded, std::string_view("II*\0", 4)) || starts_with(encoded, std::string_view("MM\0*", 4)) ||
      starts_with(encoded, std::string_view("II+\0", 4)) || starts_with(encoded, std::string_view("MM\0+", 4))) {
    return Format::tiff;
  }
  if (starts_with(encoded, "RIFF") && has_text_at(encoded, 8, "WEBP")) return Format::webp;
  if (starts_with(encoded, std::string_view("\0\0\0\x0cjP  \r\n\x87\n", 12)) ||
      starts_with(encoded, "\xff\x4f\xff\x51"))
    return Format::jpeg2000;
  if (is_netpbm(encoded)) return Format::netpbm;
  return Format::unrecognised;
}

Result<PictureInfo> read_info(Encoded encoded, const DecodeLimits& limits) {
  LINEGUARD_ASSIGN(PictureInfo info, limited_info(encoded, limits));
  if (info.exif_orientation >= 5) std::swap(info.size.width_px, info.size.height_px);
  return info;
}

std::uint64_t decoding_bytes(const PictureInfo& info) {
  const auto pixels = static_cast<std::uint64_t>(info.size.width_px) * static_cast<std::uint64_t>(info.size.height_px);
  const std::uint64_t image =
      pixels * static_cast<std::uint64_t>(info.channels) * static_cast<std::uint64_t>(info.depth);
  constexpr std::uint64_t kRasterBytes = 4;  // of a TIFF that the library converts
  std::uint64_t bytes = image;
  if (info.format == Format::tiff && info.depth == PixelDepth::u8) bytes += pixels * kRasterBytes;
  constexpr std::uint64_t kJpeg2000SampleBytes = 4;
  if (info.format == Format::jpeg2000)
    bytes += pixels * static_cast<std::uint64_t>(info.channels) * kJpeg2000SampleBytes;
  if (info.format == Format::bmp || info.exif_orientation != 1) bytes += image;
  return bytes;
}

Result<Image> decode(Encoded encoded, const DecodeLimits& limits, const GiveUp& give_up) {
  LINEGUARD_ASSIGN(const PictureInfo info, limited_info(encoded, limits));
  try {
    if (give_up && give_up()) return given_up();
    LINEGUARD_ASSIGN(Image image, decoder_of(info.format)->decode(encoded, info));
    if (give_up && give_up()) return given_up();
    return info.exif_orientation == 1 ? std::move(image) : apply_orientation(image, info.exif_orientation);
  } catch (const std::bad_alloc&) {
    return make_error(ErrorCode::unavailable,
                      fmt::format("no memory for {} x {} pixels", info.size.width_px, info.size.height_px));
  }
}

Result<Image> decode_file(const std::filesystem::path& file, const DecodeLimits& limits) {
  LINEGUARD_ASSIGN(const Bytes encoded, read_file(file, limits.max_file_bytes));
  if (const auto declared = refuse_undeclared_raw(file); !declared) return declared.error().in(file.string());
  auto image = decode_as(encoded, reading_of_files(), limits);
  if (!image) return image.error().in(file.string());
  return image;
}

std::string_view picture_extensions() {
  return ".jpg, .jpeg, .png, .bmp, .tif, .tiff, .webp, .jp2, .j2k, .jls, .pgm, .ppm, .pbm, .pnm or .raw";
}

bool has_picture_extension(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 20> kPictures = {".jpg", ".jpeg", ".jpe",  ".jfif", ".png",  ".bmp", ".dib",
                                                          ".tif", ".tiff", ".webp", ".jp2",  ".j2k",  ".jpf", ".jls",
                                                          ".pgm", ".ppm",  ".pbm",  ".pnm",  ".apng", ".raw"};
  return std::ranges::find(kPictures, extension) != kPictures.end();
}

}  // namespace lineguard::imaging
