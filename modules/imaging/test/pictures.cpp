#include "pictures.h"

#include "temp_folder.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <jpeglib.h>
#include <png.h>
#include <tiffio.h>
#include <vector>

namespace lineguard::imaging::test {
namespace {

void append_little_endian(Bytes& bytes, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
}

Bytes png_of(png_uint_32 format, Size size, const void* pixels, const void* palette, int colours) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(size.width_px);
  png.height = static_cast<png_uint_32>(size.height_px);
  png.format = format;
  png.colormap_entries = static_cast<png_uint_32>(colours);
  Bytes encoded(1 << 20);
  png_alloc_size_t bytes = encoded.size();
  if (!png_image_write_to_memory(&png, encoded.data(), &bytes, 0, pixels, 0, palette)) std::abort();
  encoded.resize(bytes);
  return encoded;
}

// The image's samples with further ones of equal bytes behind each pixel.
Bytes with_extra_samples(const Image& image, int extra, int value) {
  const auto depth = static_cast<std::size_t>(image.depth());
  const std::size_t pixel = depth * static_cast<std::size_t>(image.channels());
  Bytes wide;
  for (std::size_t at = 0; at < image.bytes().size(); at += pixel) {
    wide.insert(wide.end(), image.bytes().begin() + static_cast<std::ptrdiff_t>(at),
                image.bytes().begin() + static_cast<std::ptrdiff_t>(at + pixel));
    wide.insert(wide.end(), depth * static_cast<std::size_t>(extra), static_cast<std::byte>(value));
  }
  return wide;
}

Bytes plane_of(const Bytes& samples, std::size_t depth, std::size_t planes, std::size_t plane) {
  Bytes one;
  for (std::size_t at = plane * depth; at < samples.size(); at += planes * depth) {
    for (std::size_t b = 0; b < depth; ++b) one.push_back(samples[at + b]);
  }
  return one;
}

void write_strips(TIFF* tiff, Bytes& samples, int rows, std::uint16_t plane) {
  const std::size_t row_bytes = samples.size() / static_cast<std::size_t>(rows);
  for (int y = 0; y < rows; ++y) {
    if (TIFFWriteScanline(tiff, samples.data() + row_bytes * static_cast<std::size_t>(y), static_cast<std::uint32_t>(y),
                          plane) != 1)
      std::abort();
  }
}

void write_tiles(TIFF* tiff, const Bytes& samples, Size size, int side, std::uint16_t plane) {
  const std::size_t row_bytes = samples.size() / static_cast<std::size_t>(size.height_px);
  const std::size_t pixel = row_bytes / static_cast<std::size_t>(size.width_px);
  for (int y = 0; y < size.height_px; y += side) {
    for (int x = 0; x < size.width_px; x += side) {
      Bytes tile(pixel * static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
      const auto columns = static_cast<std::size_t>(std::min(side, size.width_px - x));
      for (int row = 0; row < std::min(side, size.height_px - y); ++row) {
        std::memcpy(
            tile.data() + pixel * static_cast<std::size_t>(side * row),
            samples.data() + row_bytes * static_cast<std::size_t>(y + row) + pixel * static_cast<std::size_t>(x),
            columns * pixel);
      }
      if (TIFFWriteTile(tiff, tile.data(), static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0, plane) < 0)
        std::abort();
    }
  }
}

void describe(TIFF* tiff, const Image& image, const TiffKind& kind) {
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, image.width_px());
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, image.height_px());
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, image.channels() + kind.extra_samples);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8 * static_cast<int>(image.depth()));
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC,
               image.channels() == 3 ? PHOTOMETRIC_RGB
               : kind.white_is_zero  ? PHOTOMETRIC_MINISWHITE
                                     : PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, kind.planes_apart ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, kind.compression);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, kind.orientation);
  const std::uint16_t alpha = EXTRASAMPLE_UNASSALPHA;
  if (kind.extra_samples == 1) TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &alpha);
  if (kind.tile_side_px > 0) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, kind.tile_side_px);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, kind.tile_side_px);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 5);
  }
}

// What `write` writes into the TIFF that it is given.
template <typename Write>
Bytes tiff_by(Write write) {
  const lineguard::test::TempFolder folder;
  const std::string file = (folder / "picture.tif").string();
  TIFF* tiff = TIFFOpen(file.c_str(), "w");
  write(tiff);
  TIFFClose(tiff);
  std::ifstream in(file, std::ios::binary);
  return as_bytes(std::string(std::istreambuf_iterator<char>(in), {}));
}

// One row of the pattern, the leftmost pixel in the highest bits.
std::vector<std::uint8_t> packed_pattern(int width, int y, int bits) {
  std::vector<std::uint8_t> row(static_cast<std::size_t>((width * bits + 7) / 8));
  for (int x = 0; x < width; ++x) {
    auto& byte = row[static_cast<std::size_t>(x * bits / 8)];
    byte = static_cast<std::uint8_t>(byte | pattern_at(x, y, bits) << (8 - bits - x * bits % 8));
  }
  return row;
}

void set_palette(TIFF* tiff, int bits) {
  std::vector<std::uint16_t> red, green, blue;
  for (int value = 0; value < 1 << bits; ++value) {
    red.push_back(static_cast<std::uint16_t>((255 - value) << 8));
    green.push_back(static_cast<std::uint16_t>(value << 8));
    blue.push_back(7 << 8);
  }
  TIFFSetField(tiff, TIFFTAG_COLORMAP, red.data(), green.data(), blue.data());
}

}  // namespace

Image picture(Size size, int channels, PixelDepth depth) {
  Image image(size, channels, depth);
  const int scale = depth == PixelDepth::u8 ? 1 : 257;
  for (int y = 0; y < size.height_px; ++y) {
    for (int x = 0; x < size.width_px; ++x) {
      for (int channel = 0; channel < channels; ++channel) {
        const int level = 30 + 120 * x / size.width_px + 70 * y / size.height_px + 10 * channel;
        const auto at = static_cast<std::size_t>(x * channels + channel);
        if (depth == PixelDepth::u8) image.row_u8(y)[at] = static_cast<std::uint8_t>(level);
        // Low bytes that are not the high ones: a swapped byte order shows.
        else
          image.row_u16(y)[at] = static_cast<std::uint16_t>(level * scale - x - channel);
      }
    }
  }
  return image;
}

Bytes with_orientation(const Bytes& jpeg, std::uint16_t orientation) {
  // APP1, "Exif", then a TIFF header, one directory of one SHORT (tag 274), no next directory.
  Bytes exif =
      as_bytes(std::string_view("\xff\xe1\x00\x22"
                                "Exif\0\0"
                                "MM\0\x2a\0\0\0\x08"
                                "\0\x01"
                                "\x01\x12\0\x03\0\0\0\x01??\0\0"
                                "\0\0\0\0",
                                36));
  exif[28] = static_cast<std::byte>(orientation >> 8);
  exif[29] = static_cast<std::byte>(orientation & 0xff);
  Bytes tagged(jpeg.begin(), jpeg.begin() + 2);
  tagged.insert(tagged.end(), exif.begin(), exif.end());
  tagged.insert(tagged.end(), jpeg.begin() + 2, jpeg.end());
  return tagged;
}

Bytes encode_bmp(const Image& pixels, BmpKind kind) {
  const int palette = kind.bits == 8 ? kind.palette_colours : 0;
  const auto offset = static_cast<std::uint32_t>(54 + 4 * palette);
  const std::size_t row_bytes = (pixels.row_bytes() + 3) / 4 * 4;
  const auto height = static_cast<std::uint32_t>(pixels.height_px());
  Bytes bmp = as_bytes("BM");
  for (const std::uint32_t value : {offset + static_cast<std::uint32_t>(row_bytes) * height, 0u, offset, 40u}) {
    append_little_endian(bmp, value, 4);
  }
  append_little_endian(bmp, static_cast<std::uint32_t>(pixels.width_px()), 4);
  append_little_endian(bmp, kind.top_down ? 0u - height : height, 4);
  append_little_endian(bmp, 1, 2);
  append_little_endian(bmp, static_cast<std::uint32_t>(kind.bits), 2);
  for (int i = 0; i < 6; ++i) append_little_endian(bmp, i == 4 ? static_cast<std::uint32_t>(palette) : 0u, 4);
  for (int i = 0; i < palette; ++i) {
    append_little_endian(bmp, static_cast<std::uint32_t>(kind.gray_palette ? i * 0x010101 : i << 16), 4);
  }
  for (int line = 0; line < pixels.height_px(); ++line) {
    const auto row = pixels.row_u8(kind.top_down ? line : pixels.height_px() - 1 - line);
    std::vector<std::uint8_t> stored(row.begin(), row.end());
    if (kind.bits == 24) {
      for (std::size_t x = 0; x + 2 < stored.size(); x += 3) std::swap(stored[x], stored[x + 2]);
    }
    stored.resize(row_bytes);
    for (const std::uint8_t value : stored) bmp.push_back(static_cast<std::byte>(value));
  }
  return bmp;
}

Bytes encode_tiff(const Image& image, TiffKind kind) {
  Bytes samples = with_extra_samples(image, kind.extra_samples, kind.extra_value);
  if (kind.white_is_zero) {
    for (std::byte& value : samples) value = ~value;
  }
  const auto depth = static_cast<std::size_t>(image.depth());
  const int planes = kind.planes_apart ? image.channels() + kind.extra_samples : 1;
  const auto write_page = [&](TIFF* tiff, std::uint32_t subfile) {
    if (subfile != 0) TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, subfile);
    describe(tiff, image, kind);
    for (int i = 0; i < planes; ++i) {
      const auto number = static_cast<std::uint16_t>(i);
      Bytes plane = kind.planes_apart ? plane_of(samples, depth, static_cast<std::size_t>(planes), number) : samples;
      if (kind.tile_side_px > 0)
        write_tiles(tiff, plane, image.size(), kind.tile_side_px, number);
      else
        write_strips(tiff, plane, image.height_px(), number);
    }
  };
  return tiff_by([&](TIFF* tiff) {
    for (int page = 0; page < kind.pages; ++page) {
      std::vector<toff_t> places(static_cast<std::size_t>(kind.pages - 1));
      if (page == 0 && kind.inside) TIFFSetField(tiff, TIFFTAG_SUBIFD, static_cast<int>(places.size()), places.data());
      write_page(tiff, page == 0 ? 0 : kind.subfile);
      if (kind.pages > 1) TIFFWriteDirectory(tiff);
    }
  });
}

int pattern_at(int x, int y, int bits) {
  return (x + 3 * y) % (1 << bits);
}

Bytes encode_tiff_pattern(Size size, int bits, std::uint16_t photometric) {
  return tiff_by([&](TIFF* tiff) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, size.width_px);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, size.height_px);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, photometric);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_BOTRIGHT);
    if (photometric == PHOTOMETRIC_PALETTE) set_palette(tiff, bits);
    for (int y = 0; y < size.height_px; ++y) {
      auto row = packed_pattern(size.width_px, y, bits);
      if (TIFFWriteScanline(tiff, row.data(), static_cast<std::uint32_t>(y)) != 1) std::abort();
    }
  });
}

Bytes encode_png_pattern(Size size, int bits, bool interlaced) {
  Bytes encoded;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &encoded,
      [](png_structp writer, png_bytep data, size_t count) {
        auto& bytes = *static_cast<Bytes*>(png_get_io_ptr(writer));
        const auto* first = reinterpret_cast<const std::byte*>(data);
        bytes.insert(bytes.end(), first, first + count);
      },
      nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(size.width_px), static_cast<png_uint_32>(size.height_px), bits,
               PNG_COLOR_TYPE_GRAY, interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  const int passes = png_set_interlace_handling(png);
  for (int pass = 0; pass < passes; ++pass) {
    for (int y = 0; y < size.height_px; ++y) png_write_row(png, packed_pattern(size.width_px, y, bits).data());
  }
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return encoded;
}

Bytes encode_png_with_alpha(const Image& rgb, int alpha) {
  const Bytes samples = with_extra_samples(rgb, 1, alpha);
  return png_of(PNG_FORMAT_RGBA, rgb.size(), samples.data(), nullptr, 0);
}

Bytes encode_png_with_palette(Size size) {
  const std::vector<std::uint8_t> palette = {250, 40, 10, 20, 200, 90};
  std::vector<std::uint8_t> indices(static_cast<std::size_t>(size.width_px * size.height_px));
  for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = i % 2;
  return png_of(PNG_FORMAT_RGB_COLORMAP, size, indices.data(), palette.data(), 2);
}

Bytes encode_progressive_jpeg(const Image& rgb) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* encoded = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &encoded, &size);
  jpeg.image_width = static_cast<JDIMENSION>(rgb.width_px());
  jpeg.image_height = static_cast<JDIMENSION>(rgb.height_px());
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_simple_progression(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  for (int y = 0; y < rgb.height_px(); ++y) {
    auto* row = const_cast<JSAMPLE*>(rgb.row_u8(y).data());
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  const auto* first = reinterpret_cast<const std::byte*>(encoded);
  Bytes bytes(first, first + size);
  jpeg_destroy_compress(&jpeg);
  std::free(encoded);
  return bytes;
}

Bytes encode_bmp_with_fourth_byte(const Image& rgb, const std::function<int(int x, int y)>& fourth) {
  Bytes bmp = encode_bmp(rgb, {.top_down = true});
  bmp.resize(54);
  bmp[28] = std::byte{32};
  for (int y = 0; y < rgb.height_px(); ++y) {
    for (int x = 0; x < rgb.width_px(); ++x) {
      const auto at = static_cast<std::size_t>(3 * x);
      for (const std::size_t channel : {2, 1, 0}) bmp.push_back(static_cast<std::byte>(rgb.row_u8(y)[at + channel]));
      bmp.push_back(static_cast<std::byte>(fourth(x, y)));
    }
  }
  return bmp;
}

int largest_difference(const Image& a, const Image& b) {
  int largest = 0;
  for (int y = 0; y < a.height_px(); ++y) {
    for (int i = 0; i < a.width_px() * a.channels(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      const int difference =
          a.depth() == PixelDepth::u8 ? a.row_u8(y)[at] - b.row_u8(y)[at] : a.row_u16(y)[at] - b.row_u16(y)[at];
      largest = std::max(largest, std::abs(difference));
    }
  }
  return largest;
}

}  // namespace lineguard::imaging::test
