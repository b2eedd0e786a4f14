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

// Of the pixels' own chunks it is damage: too few or too many of them, a wrong checksum, a colour that there is not.
void on_warning(png_structp png, png_const_charp message) {
  const std::string_view what(message);
  if (what.starts_with("IDAT") || what.find("palette index") != what.npos) png_error(png, message);
}

// Where a row's samples go, and what is looked for on their way.
struct Target {
  Image* image = nullptr;
  std::byte* rows = nullptr;  // of the file's samples: the image's own, or aside where they have an alpha
  std::size_t row_bytes = 0;  // of one of them
  bool all_rows = true;       // false: there is room for one
  bool has_alpha = false;
  bool indices = false;    // of the palette are wanted, not its colours
  Image* alpha = nullptr;  // where the alpha goes; null: nowhere
  bool hides = false;      // an alpha that is not all opaque was seen

  std::byte* row(int y) const { return all_rows ? rows + row_bytes * static_cast<std::size_t>(y) : rows; }
};

// Puts a row beside its alpha into the image.
void take_row(Target& target, int y) {
  const auto depth = static_cast<std::size_t>(target.image->depth());
  const std::size_t pixel = depth * static_cast<std::size_t>(target.image->channels());
  const std::byte* from = target.row(y);
  std::byte* to = target.image->bytes().data() + target.image->row_bytes() * static_cast<std::size_t>(y);
  for (int x = 0; x < target.image->width_px(); ++x, from += pixel + depth, to += pixel) {
    std::memcpy(to, from, pixel);
    if (target.alpha != nullptr) {
      const std::size_t at =
          target.alpha->row_bytes() * static_cast<std::size_t>(y) + static_cast<std::size_t>(x) * depth;
      std::memcpy(target.alpha->bytes().data() + at, from + pixel, depth);
    }
    for (std::size_t b = 0; b < depth; ++b) target.hides |= from[pixel + b] != std::byte{0xff};
  }
}

// Asks for gray or RGB, 8 or 16 bit in native order, with an alpha where the file has one. The number of passes.
int request_plain_samples(png_structp png, png_infop info, bool indices) {
  if (indices)
    png_set_packing(png);  // a byte each
  else
    png_set_expand(png);  // palette -> RGB, fewer than 8 bits -> 8, transparency -> alpha
  if (png_get_bit_depth(png, info) == 16) png_set_swap(png);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  return passes;
}

// True when all rows were read to the end of the file. Holds no object with a destructor: libpng may jump out of it.
bool read_png(png_structp png, png_infop info, Target& target) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_read_info(png, info);
  const int passes = request_plain_samples(png, info, target.indices);
  if (png_get_rowbytes(png, info) != target.row_bytes) png_error(png, "unexpected kind of samples");
  for (int pass = 0; pass < passes; ++pass) {
    for (int y = 0; y < target.image->height_px(); ++y) {
      png_read_row(png, reinterpret_cast<png_bytep>(target.row(y)), nullptr);
      if (target.has_alpha && pass == passes - 1) take_row(target, y);
    }
  }
  png_read_end(png, nullptr);
  return true;
}

// What a PNG's chunks say beside its pixels.
struct Chunks {
  bool has_transparency = false;
  bool palette_has_black = false;
  std::uint32_t frames = 1;
  int orientation = 1;
  std::size_t end = 0;  // behind the last one; 0: the file is cut
};

bool has_black(Encoded palette) {
  for (std::size_t i = 0; i + 2 < palette.size(); i += 3) {
    if (big_endian(palette, i, 3) == 0) return true;
  }
  return false;
}

// Goes over the chunks' headers alone: their checksums are the library's work.
Chunks look_through(Encoded encoded) {
  constexpr std::size_t kSignature = 8, kAround = 12;  // length, type and checksum
  Chunks chunks;
  for (std::size_t at = kSignature; at <= encoded.size() && encoded.size() - at >= kAround;) {
    const std::size_t length = big_endian(encoded, at, 4);
    if (length > encoded.size() - at - kAround) return chunks;
    const Encoded content = encoded.subspan(at + 8, length);
    if (has_text_at(encoded, at + 4, "tRNS")) chunks.has_transparency = true;
    if (has_text_at(encoded, at + 4, "PLTE")) chunks.palette_has_black = has_black(content);
    if (has_text_at(encoded, at + 4, "acTL") && length >= 4) chunks.frames = big_endian(content, 0, 4);
    if (has_text_at(encoded, at + 4, "eXIf") && chunks.orientation == 1) chunks.orientation = exif_orientation(content);
    at += kAround + length;
    if (has_text_at(encoded, at - kAround - length + 4, "IEND")) return chunks.end = at, chunks;
  }
  return chunks;
}

bool has_alpha(Encoded encoded, const Chunks& chunks) {
  const int colour_type = std::to_integer<int>(encoded[25]);
  return (colour_type & PNG_COLOR_MASK_ALPHA) != 0 || chunks.has_transparency;
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
  if (has_text_at(encoded, 12, "CgBI"))
    return unsupported("a PNG of Apple's own kind (CgBI), which is not read: save it as plain PNG");
  if (encoded.size() < kSignatureAndHeader || !has_text_at(encoded, 12, "IHDR"))
    return corrupt("damaged PNG: its header is cut or missing");
  const std::uint32_t width = big_endian(encoded, 16, 4), height = big_endian(encoded, 20, 4);
  const int bits = static_cast<int>(encoded[24]), colour_type = static_cast<int>(encoded[25]);
  if (width == 0 || height == 0 || width > 0x7fffffff || height > 0x7fffffff) return corrupt("damaged PNG: no size");
  const Chunks chunks = look_through(encoded);
  if (chunks.frames > 1) {
    return unsupported(
        fmt::format("an animated PNG of {} pictures: only the first would be judged. Save each as a file of its own",
                    chunks.frames));
  }
  PictureInfo info;
  info.format = Format::png;
  info.size = {static_cast<int>(width), static_cast<int>(height)};
  info.channels = colour_type == PNG_COLOR_TYPE_GRAY || colour_type == PNG_COLOR_TYPE_GRAY_ALPHA ? 1 : 3;
  info.depth = bits == 16 ? PixelDepth::u16 : PixelDepth::u8;
  info.exif_orientation = chunks.orientation;
  return info;
}

namespace {

// Reads what `target` asks for, which has its image and wishes; the rest of it is filled in here.
Result<void> read_into(Encoded encoded, const Chunks& chunks, Target& target) {
  const Image& image = *target.image;
  Source source{encoded, {}};
  Bytes aside;
  target.rows = target.image->bytes().data();
  target.row_bytes = image.row_bytes();
  if (has_alpha(encoded, chunks) && !target.indices) {
    target.has_alpha = true;
    target.row_bytes += image.row_bytes() / static_cast<std::size_t>(image.channels());
    target.all_rows = std::to_integer<int>(encoded[28]) != PNG_INTERLACE_NONE;
    aside.resize(target.row_bytes * static_cast<std::size_t>(target.all_rows ? image.height_px() : 1));
    target.rows = aside.data();
  }
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, on_error, on_warning);
  png_infop info = png_create_info_struct(png);
  if (!png || !info) {
    png_destroy_read_struct(&png, &info, nullptr);
    return make_error(ErrorCode::too_large, "no memory to read a PNG");
  }
  png_set_read_fn(png, &source, read_bytes);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);  // our own limits were checked
  const bool read = read_png(png, info, target);
  png_destroy_read_struct(&png, &info, nullptr);
  if (!read) return corrupt(fmt::format("damaged PNG: {}", source.message));
  return chunks.end > 0 ? refuse_second_picture(encoded.subspan(chunks.end)) : Result<void>{};
}

}  // namespace

Result<Image> decode_png(Encoded encoded, const PictureInfo& picture) {
  Image image(picture.size, picture.channels, picture.depth);
  Target target;
  target.image = &image;
  LINEGUARD_TRY(read_into(encoded, look_through(encoded), target));
  if (target.hides) return hidden_by_alpha("PNG");
  return image;
}

Result<PngLayers> decode_png_layers(Encoded encoded, const PictureInfo& picture) {
  const Chunks chunks = look_through(encoded);
  const bool palette = std::to_integer<int>(encoded[25]) == PNG_COLOR_TYPE_PALETTE;
  PngLayers layers;
  Target target;
  layers.by_index = target.indices = palette && !chunks.palette_has_black && !chunks.has_transparency;
  layers.colours = Image(picture.size, layers.by_index ? 1 : picture.channels, picture.depth);
  target.image = &layers.colours;
  if (has_alpha(encoded, chunks)) target.alpha = &layers.alpha.emplace(picture.size, 1, picture.depth);
  LINEGUARD_TRY(read_into(encoded, chunks, target));
  return layers;
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
