#include "formats.h"

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

// `max_allocation` in bytes holds for every buffer that the library makes; 0: no limit.
Tiff open_tiff(MemoryFile& file, const char* mode, tmsize_t max_allocation) {
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                                 &TIFFOpenOptionsFree);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), say_nothing, nullptr);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), say_nothing, nullptr);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), max_allocation);
  return Tiff(TIFFClientOpenExt("memory", mode, &file, read_block, write_block, seek, close_nothing, file_size, nullptr,
                                nullptr, options.get()));
}

// libtiff is content with a directory that lacks the offset at its end, as a file has it that is cut there.
bool has_whole_directory(TIFF* tiff, Encoded file) {
  const bool big = TIFFIsBigTIFF(tiff) != 0;
  const std::uint64_t count_bytes = big ? 8 : 2, entry_bytes = big ? 20 : 12, next_bytes = big ? 8 : 4;
  const std::uint64_t at = TIFFCurrentDirOffset(tiff);
  if (at > file.size() || file.size() - at < count_bytes + next_bytes) return false;
  std::uint64_t entries = 0;
  for (std::uint64_t i = 0; i < count_bytes; ++i) {
    const std::uint64_t offset = TIFFIsBigEndian(tiff) ? i : count_bytes - 1 - i;
    entries = entries << 8 | std::to_integer<std::uint64_t>(file[at + offset]);
  }
  return entries <= (file.size() - at - count_bytes - next_bytes) / entry_bytes;
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
  // Planes apart hold one sample each; otherwise there is one, with all samples of a pixel side by side.
  bool planes_apart() const { return planar == PLANARCONFIG_SEPARATE && samples > 1; }
};

Result<Layout> read_layout(TIFF* tiff) {
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
  if (!layout.is_plain() && !layout.is_convertible()) {
    return make_error(ErrorCode::unsupported,
                      fmt::format("a TIFF with {} samples of {} bits, photometric {}, sample format {}; expected gray, "
                                  "RGB or a palette, unsigned, 8 or 16 bit (gray and palette also 1, 2 or 4)",
                                  layout.samples, layout.bits, layout.photometric, layout.format));
  }
  return layout;
}

// One row or the part of a row that a tile holds: drops further samples (alpha) and turns white-is-zero round.
void store_samples(Image& image, const Layout& layout, const std::byte* from, int plane, int x, int y, int count) {
  const auto depth = static_cast<std::size_t>(image.depth());
  const auto channels = static_cast<std::size_t>(image.channels());
  const std::size_t keep = (layout.planes_apart() ? 1 : channels) * depth;
  const std::size_t step = (layout.planes_apart() ? 1 : layout.samples) * depth;
  std::byte* to = image.bytes().data() + image.row_bytes() * static_cast<std::size_t>(y) +
                  (static_cast<std::size_t>(x) * channels + static_cast<std::size_t>(plane)) * depth;
  for (int i = 0; i < count; ++i, from += step, to += channels * depth) {
    std::memcpy(to, from, keep);
    if (layout.photometric == PHOTOMETRIC_MINISWHITE) {
      for (std::size_t b = 0; b < keep; ++b) to[b] = ~to[b];
    }
  }
}

bool read_rows(TIFF* tiff, const Layout& layout, int plane, Image& image, const GiveUp& give_up) {
  Bytes row(static_cast<std::size_t>(TIFFScanlineSize(tiff)));
  for (int y = 0; y < image.height_px(); ++y) {
    const auto sample = static_cast<std::uint16_t>(plane);
    if (give_up && give_up()) return false;
    if (TIFFReadScanline(tiff, row.data(), static_cast<std::uint32_t>(y), sample) != 1) return false;
    store_samples(image, layout, row.data(), plane, 0, y, image.width_px());
  }
  return true;
}

bool read_tiles(TIFF* tiff, const Layout& layout, int plane, Image& image, const GiveUp& give_up) {
  std::uint32_t tile_width = 0, tile_height = 0;
  TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &tile_width);
  TIFFGetField(tiff, TIFFTAG_TILELENGTH, &tile_height);
  if (tile_width == 0 || tile_height == 0) return false;
  Bytes tile(static_cast<std::size_t>(TIFFTileSize(tiff)));
  const auto row_bytes = static_cast<std::size_t>(TIFFTileRowSize(tiff));
  for (std::uint64_t y = 0; y < layout.height; y += tile_height) {
    if (give_up && give_up()) return false;
    for (std::uint64_t x = 0; x < layout.width; x += tile_width) {
      if (TIFFReadTile(tiff, tile.data(), static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0,
                       static_cast<std::uint16_t>(plane)) < 0) {
        return false;
      }
      const auto rows = std::min<std::uint64_t>(tile_height, layout.height - y);
      const auto columns = static_cast<int>(std::min<std::uint64_t>(tile_width, layout.width - x));
      for (std::uint64_t row = 0; row < rows; ++row) {
        store_samples(image, layout, tile.data() + row_bytes * row, plane, static_cast<int>(x),
                      static_cast<int>(y + row), columns);
      }
    }
  }
  return true;
}

// Plane by plane: rows packed by a method that looks back can be read in their order only.
bool read_plain(TIFF* tiff, const Layout& layout, Image& image, const GiveUp& give_up) {
  const int planes = layout.planes_apart() ? image.channels() : 1;
  for (int plane = 0; plane < planes; ++plane) {
    const bool read = TIFFIsTiled(tiff) ? read_tiles(tiff, layout, plane, image, give_up)
                                        : read_rows(tiff, layout, plane, image, give_up);
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

}  // namespace

Result<PictureInfo> tiff_info(Encoded encoded) {
  MemoryFile file{encoded, {}, 0};
  const Tiff tiff = open_tiff(file, "rm", kUsualBlock);
  if (!tiff || !has_whole_directory(tiff.get(), encoded)) return corrupt("damaged TIFF: its directory cannot be read");
  LINEGUARD_ASSIGN(const Layout layout, read_layout(tiff.get()));
  PictureInfo info;
  info.format = Format::tiff;
  info.size = {static_cast<int>(layout.width), static_cast<int>(layout.height)};
  info.channels = layout.channels();
  info.depth = layout.bits == 16 ? PixelDepth::u16 : PixelDepth::u8;
  if (layout.orientation >= 1 && layout.orientation <= 8) info.exif_orientation = layout.orientation;
  return info;
}

Result<Image> decode_tiff(Encoded encoded, const PictureInfo& info, const GiveUp& give_up) {
  MemoryFile file{encoded, {}, 0};
  const auto bytes = std::uint64_t{4} * static_cast<std::uint64_t>(info.size.width_px) * info.size.height_px *
                     static_cast<std::uint64_t>(info.depth);
  const Tiff tiff = open_tiff(file, "rm", static_cast<tmsize_t>(std::max(2 * bytes, kUsualBlock)));
  if (!tiff) return corrupt("damaged TIFF: its directory cannot be read");
  LINEGUARD_ASSIGN(const Layout layout, read_layout(tiff.get()));
  const bool tiled = TIFFIsTiled(tiff.get());
  const auto block = tiled ? TIFFTileSize64(tiff.get()) : TIFFScanlineSize64(tiff.get());
  if (block == 0 || block > largest_block(layout)) return corrupt("damaged TIFF: its blocks do not fit its size");
  Image image(info.size, info.channels, info.depth);
  const bool read =
      layout.is_plain() ? read_plain(tiff.get(), layout, image, give_up) : read_converted(tiff.get(), image);
  if (!read && give_up && give_up()) return given_up();
  if (!read) return corrupt("truncated or damaged TIFF: pixels are missing");
  return image;
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
