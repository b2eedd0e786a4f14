#include "formats.h"
#include "tiff_directory.h"

#include <algorithm>
#include <cstdarg>
#include <cstring>
#include <memory>
#include <string>
#include <tiffio.h>
#include <vector>

#include <fmt/format.h>

#include <lineguard/imaging/encode.h>

namespace lineguard::imaging {
namespace {

// A file in memory, read or grown through libtiff's callbacks.
struct MemoryFile {
  Encoded input;
  Bytes output;
  std::uint64_t position = 0;
  bool warned = false;  // by the library, since this was set to false last
};

MemoryFile& file_of(thandle_t handle) {
  return *static_cast<MemoryFile*>(handle);
}

tmsize_t read_block(thandle_t handle, void* out, tmsize_t count) {
  MemoryFile& file = file_of(handle);
  const Encoded content = file.input.empty() ? Encoded(file.output) : file.input;
  const std::uint64_t left = file.position < content.size() ? content.size() - file.position : 0;
  const auto taken = std::min(static_cast<std::uint64_t>(count), left);
  if (taken > 0) std::memcpy(out, content.data() + file.position, taken);
  file.position += taken;
  return static_cast<tmsize_t>(taken);
}

tmsize_t write_block(thandle_t handle, void* data, tmsize_t count) {
  MemoryFile& file = file_of(handle);
  const auto end = file.position + static_cast<std::uint64_t>(count);
  if (file.output.size() < end) file.output.resize(end);
  std::memcpy(file.output.data() + file.position, data, static_cast<std::size_t>(count));
  file.position = end;
  return count;
}

toff_t seek(thandle_t handle, toff_t offset, int whence) {
  MemoryFile& file = file_of(handle);
  const std::uint64_t size = file.input.empty() ? file.output.size() : file.input.size();
  file.position = offset + (whence == SEEK_CUR ? file.position : whence == SEEK_END ? size : 0);
  return file.position;
}

int close_nothing(thandle_t) {
  return 0;
}
toff_t file_size(thandle_t handle) {
  const MemoryFile& file = file_of(handle);
  return file.input.empty() ? file.output.size() : file.input.size();
}

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using Tiff = std::unique_ptr<TIFF, CloseTiff>;

// libtiff would print; what matters comes back as a result code.
int say_nothing(TIFF*, void*, const char*, const char*, va_list) {
  return 1;
}

// Of the pixels a warning is damage: some of its decoders go on with what they guess.
int note_warning(TIFF*, void* file, const char*, const char*, va_list) {
  static_cast<MemoryFile*>(file)->warned = true;
  return 1;
}

// `max_allocation` in bytes holds for every buffer that the library makes; 0: no limit.
Tiff open_tiff(MemoryFile& file, const char* mode, tmsize_t max_allocation) {
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                                 &TIFFOpenOptionsFree);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), say_nothing, nullptr);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), note_warning, &file);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), max_allocation);
  return Tiff(TIFFClientOpenExt("memory", mode, &file, read_block, write_block, seek, close_nothing, file_size, nullptr,
                                nullptr, options.get()));
}

struct Layout {
  std::uint32_t width = 0, height = 0;
  std::uint16_t samples = 1, bits = 1, photometric = PHOTOMETRIC_MINISBLACK, planar = PLANARCONFIG_CONTIG, format = 1,
                orientation = 1, compression = COMPRESSION_NONE;

  bool is_gray() const { return photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE; }
  bool is_rgb() const { return photometric == PHOTOMETRIC_RGB && samples >= 3; }
  int channels() const { return is_gray() ? 1 : 3; }

  // Read sample by sample, as the file has them.
  bool is_plain() const {
    return (bits == 8 || bits == 16) && format == SAMPLEFORMAT_UINT && (is_gray() || is_rgb()) && samples <= 4;
  }
  // Left to the library's own conversion, which knows 8 bits only: palettes, few bits, JPEG inside.
  bool is_convertible() const {
    if (format != SAMPLEFORMAT_UINT || samples > 3) return false;
    const bool few_bits = bits == 1 || bits == 2 || bits == 4;
    if (photometric == PHOTOMETRIC_PALETTE) return (few_bits || bits == 8) && samples == 1;
    if (is_gray()) return few_bits && samples == 1;
    return photometric == PHOTOMETRIC_YCBCR && bits == 8 && samples == 3 && compression == COMPRESSION_JPEG;
  }
  // Its samples can be read one by one, whatever they are together.
  bool has_plain_samples() const {
    const bool independent = is_gray() || photometric == PHOTOMETRIC_RGB || photometric == PHOTOMETRIC_SEPARATED;
    return (bits == 8 || bits == 16) && format == SAMPLEFORMAT_UINT && independent;
  }
  // Planes apart hold one sample each; otherwise there is one, with all samples of a pixel side by side.
  bool planes_apart() const { return planar == PLANARCONFIG_SEPARATE && samples > 1; }
};

std::string_view name_of_photometric(const Layout& layout) {
  switch (layout.photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
      return "gray";
    case PHOTOMETRIC_RGB:
      return "RGB";
    case PHOTOMETRIC_PALETTE:
      return "palette";
    case PHOTOMETRIC_MASK:
      return "transparency mask";
    case PHOTOMETRIC_SEPARATED:
      return "CMYK";
    case PHOTOMETRIC_YCBCR:
      return "YCbCr";
    case PHOTOMETRIC_CIELAB:
    case PHOTOMETRIC_ICCLAB:
    case PHOTOMETRIC_ITULAB:
      return "L*a*b*";
    case PHOTOMETRIC_CFA:
      return "colour filter (raw)";
    case PHOTOMETRIC_LOGL:
    case PHOTOMETRIC_LOGLUV:
      return "logarithmic";
    default:
      return "unknown";
  }
}

std::string_view name_of_sample_format(const Layout& layout) {
  switch (layout.format) {
    case SAMPLEFORMAT_UINT:
      return "unsigned";
    case SAMPLEFORMAT_INT:
      return "signed";
    case SAMPLEFORMAT_IEEEFP:
      return "floating-point";
    case SAMPLEFORMAT_COMPLEXINT:
    case SAMPLEFORMAT_COMPLEXIEEEFP:
      return "complex";
    default:
      return "undefined";
  }
}

std::string describe(const Layout& layout) {
  return fmt::format("{} {} samples a pixel, {} bits each, {} pixels (photometric {})", layout.samples,
                     name_of_sample_format(layout), layout.bits, name_of_photometric(layout), layout.photometric);
}

Result<void> check_compression(const Layout& layout) {
  if (TIFFIsCODECConfigured(layout.compression) == 1) return {};
  return unsupported(
      fmt::format("a TIFF compressed with {}, which is not read: save it uncompressed, with LZW or with deflate",
                  name_of_compression(layout.compression)));
}

Result<void> check_channel(const Layout& layout, int channel) {
  if (!layout.has_plain_samples())
    return unsupported(
        fmt::format("a TIFF of {}: channels are read of unsigned ones of 8 or 16 bits that are gray, RGB "
                    "or CMYK",
                    describe(layout)));
  if (channel <= layout.samples) return {};
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("channel {} is to be read, and the page has {}", channel, layout.samples));
}

// `channel`: from 1; 0: all of the page.
Result<Layout> read_layout(TIFF* tiff, int channel) {
  Layout layout;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &layout.width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &layout.height);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout.samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &layout.format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout.planar);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &layout.compression);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout.photometric);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &layout.orientation);
  if (layout.width == 0 || layout.height == 0 || layout.width > 0x7fffffff || layout.height > 0x7fffffff) {
    return corrupt("damaged TIFF: no size");
  }
  LINEGUARD_TRY(check_compression(layout));
  if (channel > 0) {
    LINEGUARD_TRY(check_channel(layout, channel));
    return layout;
  }
  if (layout.is_plain() || layout.is_convertible()) return layout;
  return unsupported(
      fmt::format("a TIFF of {}: expected gray, RGB or a palette, unsigned, 8 or 16 bit (gray and palette also 1, 2 or "
                  "4). Save it as one of these{}",
                  describe(layout),
                  layout.has_plain_samples() ? ", or say which channels are meant (--read-as \"tiff 1:1,1:2\")" : ""));
}

// What a picture's pixels go to, and what was seen of the channels that have no place there.
struct Pixels {
  Image image;
  bool hides = false;    // a further channel is not all ones: it says something that would be left out
  int only_channel = 0;  // from 1: that one alone is kept, by its owner's word; 0: all
};

void store_one_channel(Pixels& pixels, const Layout& layout, const std::byte* from, int plane, int x, int y,
                       int count) {
  const int channel = pixels.only_channel - 1;
  if (layout.planes_apart() && plane != channel) return;
  Image& image = pixels.image;
  const auto depth = static_cast<std::size_t>(image.depth());
  const std::size_t step = (layout.planes_apart() ? 1 : layout.samples) * depth;
  if (!layout.planes_apart()) from += static_cast<std::size_t>(channel) * depth;
  std::byte* to =
      image.bytes().data() + image.row_bytes() * static_cast<std::size_t>(y) + static_cast<std::size_t>(x) * depth;
  for (int i = 0; i < count; ++i, from += step, to += depth) {
    std::memcpy(to, from, depth);
    if (layout.photometric != PHOTOMETRIC_MINISWHITE) continue;
    for (std::size_t b = 0; b < depth; ++b) to[b] = ~to[b];
  }
}

// One row or the part of a row that a tile holds: looks at further samples (alpha) and turns white-is-zero round.
void store_samples(Pixels& pixels, const Layout& layout, const std::byte* from, int plane, int x, int y, int count) {
  if (pixels.only_channel > 0) return store_one_channel(pixels, layout, from, plane, x, y, count);
  Image& image = pixels.image;
  const auto depth = static_cast<std::size_t>(image.depth());
  const auto channels = static_cast<std::size_t>(image.channels());
  const std::size_t keep = (layout.planes_apart() ? 1 : channels) * depth;
  const std::size_t step = (layout.planes_apart() ? 1 : layout.samples) * depth;
  std::byte* to = image.bytes().data() + image.row_bytes() * static_cast<std::size_t>(y) +
                  (static_cast<std::size_t>(x) * channels + static_cast<std::size_t>(plane)) * depth;
  const bool is_further = layout.planes_apart() && plane >= image.channels();
  const std::size_t kept = is_further ? 0 : keep;
  for (int i = 0; i < count; ++i, from += step, to += channels * depth) {
    pixels.hides |= std::any_of(from + kept, from + step, [](std::byte b) { return b != std::byte{0xff}; });
    if (is_further) continue;
    std::memcpy(to, from, keep);
    if (layout.photometric == PHOTOMETRIC_MINISWHITE) {
      for (std::size_t b = 0; b < keep; ++b) to[b] = ~to[b];
    }
  }
}

bool read_rows(TIFF* tiff, const Layout& layout, int plane, Pixels& pixels) {
  Bytes row(static_cast<std::size_t>(TIFFScanlineSize(tiff)));
  for (int y = 0; y < pixels.image.height_px(); ++y) {
    const auto sample = static_cast<std::uint16_t>(plane);
    if (TIFFReadScanline(tiff, row.data(), static_cast<std::uint32_t>(y), sample) != 1) return false;
    store_samples(pixels, layout, row.data(), plane, 0, y, pixels.image.width_px());
  }
  return true;
}

bool read_tiles(TIFF* tiff, const Layout& layout, int plane, Pixels& pixels) {
  std::uint32_t tile_width = 0, tile_height = 0;
  TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &tile_width);
  TIFFGetField(tiff, TIFFTAG_TILELENGTH, &tile_height);
  if (tile_width == 0 || tile_height == 0) return false;
  Bytes tile(static_cast<std::size_t>(TIFFTileSize(tiff)));
  const auto row_bytes = static_cast<std::size_t>(TIFFTileRowSize(tiff));
  for (std::uint64_t y = 0; y < layout.height; y += tile_height) {
    for (std::uint64_t x = 0; x < layout.width; x += tile_width) {
      if (TIFFReadTile(tiff, tile.data(), static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0,
                       static_cast<std::uint16_t>(plane)) < 0) {
        return false;
      }
      const auto rows = std::min<std::uint64_t>(tile_height, layout.height - y);
      const auto columns = static_cast<int>(std::min<std::uint64_t>(tile_width, layout.width - x));
      for (std::uint64_t row = 0; row < rows; ++row) {
        store_samples(pixels, layout, tile.data() + row_bytes * row, plane, static_cast<int>(x),
                      static_cast<int>(y + row), columns);
      }
    }
  }
  return true;
}

// Plane by plane: rows packed by a method that looks back can be read in their order only.
bool read_plain(TIFF* tiff, const Layout& layout, Pixels& pixels) {
  const int planes = layout.planes_apart() ? layout.samples : 1;
  for (int plane = 0; plane < planes; ++plane) {
    const bool read =
        TIFFIsTiled(tiff) ? read_tiles(tiff, layout, plane, pixels) : read_rows(tiff, layout, plane, pixels);
    if (!read) return false;
  }
  return true;
}

bool read_converted(TIFF* tiff, Image& image) {
  char message[1024];
  TIFFRGBAImage converter;
  constexpr int kStopOnError = 1;
  if (!TIFFRGBAImageBegin(&converter, tiff, kStopOnError, message)) return false;
  converter.req_orientation = converter.orientation;  // ours comes after
  std::vector<std::uint32_t> raster(static_cast<std::size_t>(image.width_px()) * image.height_px());
  const bool read = TIFFRGBAImageGet(&converter, raster.data(), static_cast<std::uint32_t>(image.width_px()),
                                     static_cast<std::uint32_t>(image.height_px())) == 1;
  TIFFRGBAImageEnd(&converter);
  if (!read) return false;
  std::byte* to = image.bytes().data();
  for (const std::uint32_t pixel : raster) {
    *to++ = static_cast<std::byte>(TIFFGetR(pixel));
    if (image.channels() == 1) continue;
    *to++ = static_cast<std::byte>(TIFFGetG(pixel));
    *to++ = static_cast<std::byte>(TIFFGetB(pixel));
  }
  return true;
}

// A block (row of a strip, or tile) that claims far more than the picture needs is damage or malice.
constexpr std::uint64_t kUsualBlock = 64ull << 20;

std::uint64_t largest_block(const Layout& layout) {
  const std::uint64_t picture = std::uint64_t{layout.width} * layout.height * layout.samples * layout.bits / 8;
  return std::max(2 * picture, kUsualBlock);
}

// Null: the directory can't be read. Errors: invalid_argument where there is no such page.
Result<Tiff> open_page(MemoryFile& file, int page, tmsize_t max_allocation) {
  Tiff tiff = open_tiff(file, "rm", max_allocation);
  if (!tiff) return corrupt("damaged TIFF: its directory cannot be read");
  if (page == 1) return tiff;
  const std::size_t pages = count_tiff_pages(file.input);
  if (static_cast<std::size_t>(page) > pages)
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("page {} is to be read, and the TIFF has {}", page, pages));
  if (TIFFSetDirectory(tiff.get(), static_cast<tdir_t>(page - 1)) != 1)
    return corrupt(fmt::format("damaged TIFF: the directory of page {} cannot be read", page));
  return tiff;
}

}  // namespace

Result<PictureInfo> tiff_plane_info(Encoded encoded, const Plane& plane) {
  MemoryFile file{encoded, {}, 0};
  LINEGUARD_ASSIGN(const Tiff tiff, open_page(file, plane.page, kUsualBlock));
  LINEGUARD_ASSIGN(const Layout layout, read_layout(tiff.get(), plane.channel));
  PictureInfo info;
  info.format = Format::tiff;
  info.size = {static_cast<int>(layout.width), static_cast<int>(layout.height)};
  info.channels = plane.channel > 0 ? 1 : layout.channels();
  info.depth = layout.bits == 16 ? PixelDepth::u16 : PixelDepth::u8;
  if (layout.orientation >= 1 && layout.orientation <= 8) info.exif_orientation = layout.orientation;
  return info;
}

Result<PictureInfo> tiff_info(Encoded encoded) {
  LINEGUARD_TRY(check_single_picture(encoded));
  return tiff_plane_info(encoded, {});
}

Result<Image> decode_tiff_plane(Encoded encoded, const PictureInfo& info, const Plane& plane) {
  MemoryFile file{encoded, {}, 0};
  const auto bytes = std::uint64_t{4} * static_cast<std::uint64_t>(info.size.width_px) * info.size.height_px *
                     static_cast<std::uint64_t>(info.depth);
  LINEGUARD_ASSIGN(const Tiff tiff,
                   open_page(file, plane.page, static_cast<tmsize_t>(std::max(2 * bytes, kUsualBlock))));
  LINEGUARD_ASSIGN(const Layout layout, read_layout(tiff.get(), plane.channel));
  const bool tiled = TIFFIsTiled(tiff.get());
  const auto block = tiled ? TIFFTileSize64(tiff.get()) : TIFFScanlineSize64(tiff.get());
  if (block == 0 || block > largest_block(layout)) return corrupt("damaged TIFF: its blocks do not fit its size");
  Pixels pixels{Image(info.size, info.channels, info.depth), false, plane.channel};
  file.warned = false;
  const bool read = plane.channel > 0 || layout.is_plain() ? read_plain(tiff.get(), layout, pixels)
                                                           : read_converted(tiff.get(), pixels.image);
  if (!read || file.warned) return corrupt("truncated or damaged TIFF: pixels are missing");
  if (pixels.hides) {
    return unsupported(
        fmt::format("a TIFF of {} channels: {} would be judged, and what the others say (transparency, another light) "
                    "would be left out. Say which are meant (--read-as \"tiff 1:1,1:2,1:{}\"), save it without alpha, "
                    "or each channel as a file of its own",
                    layout.samples, info.channels, layout.samples));
  }
  return std::move(pixels.image);
}

Result<Image> decode_tiff(Encoded encoded, const PictureInfo& info) {
  return decode_tiff_plane(encoded, info, {});
}

Result<Bytes> encode_float_tiff(const FloatMap& map) {
  MemoryFile file;
  {
    const Tiff tiff = open_tiff(file, "wlm", 0);
    if (!tiff) return make_error(ErrorCode::internal, "TIFF: cannot write to memory");
    TIFFSetField(tiff.get(), TIFFTAG_IMAGEWIDTH, map.size.width_px);
    TIFFSetField(tiff.get(), TIFFTAG_IMAGELENGTH, map.size.height_px);
    TIFFSetField(tiff.get(), TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff.get(), TIFFTAG_BITSPERSAMPLE, 32);
    TIFFSetField(tiff.get(), TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP);
    TIFFSetField(tiff.get(), TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff.get(), TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff.get(), TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    TIFFSetField(tiff.get(), TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff.get(), 0));
    for (int y = 0; y < map.size.height_px; ++y) {
      auto* row = const_cast<float*>(map.values.data()) + static_cast<std::ptrdiff_t>(y) * map.size.width_px;
      if (TIFFWriteScanline(tiff.get(), row, static_cast<std::uint32_t>(y)) != 1) {
        return make_error(ErrorCode::internal, "TIFF: cannot write a row");
      }
    }
  }
  return std::move(file.output);
}

}  // namespace lineguard::imaging
