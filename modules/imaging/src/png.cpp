#include "formats.h"

#include <csetjmp>
#include <cstring>
#include <png.h>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <lineguard/imaging/encode.h>

namespace lineguard::imaging {
namespace {

constexpr std::size_t kSignatureAndHeader = 8 + 8 + 13;  // signature, chunk length and type, IHDR

// libpng reports by longjmp: everything that it may jump over is plain data owned by the caller.
struct Source {
  Encoded rest;
  std::string message;
  const GiveUp* give_up = nullptr;
  bool gave_up = false;
};

void read_bytes(png_structp png, png_bytep out, size_t count) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (count > source->rest.size()) png_error(png, "the file ends too early");
  std::memcpy(out, source->rest.data(), count);
  source->rest = source->rest.subspan(count);
}

void on_error(png_structp png, png_const_charp message) {
  static_cast<Source*>(png_get_error_ptr(png))->message = message;
  png_longjmp(png, 1);
}

// After each row.
void on_row(png_structp png, png_uint_32, int) {
  auto* source = static_cast<Source*>(png_get_error_ptr(png));
  if (!(*source->give_up)()) return;
  source->gave_up = true;
  png_error(png, "given up");
}

void on_warning(png_structp, png_const_charp) {}

// Asks for gray or RGB, 8 or 16 bit in native order, whatever the file has.
void request_plain_samples(png_structp png, png_infop info) {
  png_set_expand(png);  // palette -> RGB, fewer than 8 bits -> 8, transparency -> alpha
  png_set_strip_alpha(png);
  if (png_get_bit_depth(png, info) == 16) png_set_swap(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
}

// True when all rows were read to the end of the file. Holds no object with a destructor: libpng may jump out of it.
bool read_png(png_structp png, png_infop info, Image& image, std::vector<png_bytep>& rows) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_read_info(png, info);
  request_plain_samples(png, info);
  if (png_get_rowbytes(png, info) != image.row_bytes()) png_error(png, "unexpected kind of samples");
  png_read_image(png, rows.data());
  png_read_end(png, nullptr);
  return true;
}

std::uint32_t big_endian(Encoded encoded, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint32_t>(encoded[at + i]);
  return value;
}

struct Sink {
  Bytes bytes;
};

void write_bytes(png_structp png, png_bytep data, size_t count) {
  auto* sink = static_cast<Sink*>(png_get_io_ptr(png));
  const auto* first = reinterpret_cast<const std::byte*>(data);
  sink->bytes.insert(sink->bytes.end(), first, first + count);
}

bool write_png(png_structp png, png_infop info, const Image& image, std::vector<png_bytep>& rows) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_compression_level(png, 1);  // five times faster than the default for a tenth more bytes
  png_set_IHDR(png, info, static_cast<png_uint_32>(image.width_px()), static_cast<png_uint_32>(image.height_px()),
               image.depth() == PixelDepth::u8 ? 8 : 16,
               image.channels() == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  if (image.depth() == PixelDepth::u16) png_set_swap(png);
  png_write_image(png, rows.data());
  png_write_end(png, nullptr);
  return true;
}

std::vector<png_bytep> rows_of(const Image& image) {
  std::vector<png_bytep> rows;
  auto* first = const_cast<std::byte*>(image.bytes().data());
  for (int y = 0; y < image.height_px(); ++y) {
    rows.push_back(reinterpret_cast<png_bytep>(first + image.row_bytes() * static_cast<std::size_t>(y)));
  }
  return rows;
}

}  // namespace

Result<PictureInfo> png_info(Encoded encoded) {
  if (encoded.size() < kSignatureAndHeader || big_endian(encoded, 12) != 0x49484452) {
    return corrupt("damaged PNG: its header is cut or missing");
  }
  const std::uint32_t width = big_endian(encoded, 16), height = big_endian(encoded, 20);
  const int bits = static_cast<int>(encoded[24]), colour_type = static_cast<int>(encoded[25]);
  if (width == 0 || height == 0 || width > 0x7fffffff || height > 0x7fffffff) return corrupt("damaged PNG: no size");
  PictureInfo info;
  info.format = Format::png;
  info.size = {static_cast<int>(width), static_cast<int>(height)};
  info.channels = colour_type == PNG_COLOR_TYPE_GRAY || colour_type == PNG_COLOR_TYPE_GRAY_ALPHA ? 1 : 3;
  info.depth = bits == 16 ? PixelDepth::u16 : PixelDepth::u8;
  return info;
}

Result<Image> decode_png(Encoded encoded, const PictureInfo& picture, const GiveUp& give_up) {
  Source source{encoded, {}, &give_up, false};
  Image image(picture.size, picture.channels, picture.depth);
  auto rows = rows_of(image);
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, on_error, on_warning);
  png_infop info = png_create_info_struct(png);
  if (!png || !info) {
    png_destroy_read_struct(&png, &info, nullptr);
    return make_error(ErrorCode::too_large, "no memory to read a PNG");
  }
  png_set_read_fn(png, &source, read_bytes);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);  // our own limits were checked
  if (give_up) png_set_read_status_fn(png, on_row);
  const bool read = read_png(png, info, image, rows);
  png_destroy_read_struct(&png, &info, nullptr);
  if (source.gave_up) return given_up();
  if (!read) return corrupt(fmt::format("damaged PNG: {}", source.message));
  return image;
}

Result<Bytes> encode_png(const Image& image) {
  Sink sink;
  Source errors;
  auto rows = rows_of(image);
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &errors, on_error, on_warning);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &sink, write_bytes, nullptr);
  const bool written = write_png(png, info, image, rows);
  png_destroy_write_struct(&png, &info);
  if (!written) return make_error(ErrorCode::internal, fmt::format("PNG: {}", errors.message));
  return std::move(sink.bytes);
}

}  // namespace lineguard::imaging
