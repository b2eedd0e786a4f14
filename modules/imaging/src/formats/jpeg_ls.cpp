#include "formats.h"
#include "jpeg_markers.h"

#include <cstring>

#include <charls/charls.h>
#include <fmt/format.h>

namespace lineguard::imaging {
namespace {

Result<void> check_kind_of(const JpegHeader& header) {
  if (header.components != 1 && header.components != 3)
    return unsupported(
        fmt::format("a JPEG-LS of {} channels; expected 1 (gray) or 3 (colour): save it as PNG", header.components));
  if (header.precision < 2 || header.precision > 16) return corrupt("damaged JPEG-LS: its bit depth makes no sense");
  if (header.size.width_px < 1 || header.size.height_px < 1)
    return unsupported("a JPEG-LS whose size stands behind its header: save it as PNG");
  return {};
}

// Behind the end-of-image marker: inside the coded pixels 0xff is followed by less than 0x80.
Result<std::size_t> end_of(Encoded encoded, const JpegHeader& header) {
  const std::string_view text(reinterpret_cast<const char*>(encoded.data()), encoded.size());
  const std::size_t end = text.find("\xff\xd9", header.scans_at);
  if (end == text.npos) return corrupt("truncated JPEG-LS: it ends before its picture does");
  return end + 2;
}

// One sample of a row, of any depth, into the image.
void store(Image& image, int precision, std::size_t at, int y, int value) {
  if (image.depth() == PixelDepth::u16)
    image.row_u16(y)[at] = static_cast<std::uint16_t>(value);
  else
    image.row_u8(y)[at] = static_cast<std::uint8_t>(precision < 8 ? value * 255 / ((1 << precision) - 1) : value);
}

// `planes`: all of one channel, then all of the next; else a pixel's samples side by side.
void store_all(const Bytes& samples, int precision, bool planes, Image& image) {
  const auto depth = static_cast<std::size_t>(image.depth());
  const auto channels = static_cast<std::size_t>(image.channels());
  const std::size_t width = static_cast<std::size_t>(image.width_px()), row = width * channels;
  const std::size_t plane = width * static_cast<std::size_t>(image.height_px());
  for (int y = 0; y < image.height_px(); ++y) {
    for (std::size_t i = 0; i < row; ++i) {
      const std::size_t first = static_cast<std::size_t>(y) * (planes ? width : row);
      const std::size_t from = planes ? i % channels * plane + first + i / channels : first + i;
      std::uint16_t value = 0;
      if (depth == 2)
        std::memcpy(&value, samples.data() + 2 * from, 2);
      else
        value = std::to_integer<std::uint16_t>(samples[from]);
      store(image, precision, i, y, value);
    }
  }
}

}  // namespace

bool is_jpeg_ls(Encoded encoded) {
  const auto header = read_jpeg_header(encoded);
  constexpr int kJpegLs = 55;
  return header && header->process == kJpegLs;
}

Result<PictureInfo> jpeg_ls_info(Encoded encoded) {
  LINEGUARD_ASSIGN(const JpegHeader header, read_jpeg_header(encoded));
  LINEGUARD_TRY(check_kind_of(header));
  PictureInfo info;
  info.format = Format::jpeg_ls;
  info.size = header.size;
  info.channels = header.components;
  info.depth = header.precision > 8 ? PixelDepth::u16 : PixelDepth::u8;
  info.exif_orientation = header.orientation;
  return info;
}

Result<Image> decode_jpeg_ls(Encoded encoded, const PictureInfo& info) {
  LINEGUARD_ASSIGN(const JpegHeader header, read_jpeg_header(encoded));
  LINEGUARD_ASSIGN(const std::size_t end, end_of(encoded, header));
  LINEGUARD_TRY(refuse_second_picture(encoded.subspan(end)));
  try {
    charls::jpegls_decoder decoder;
    decoder.source(encoded.data(), encoded.size());
    decoder.read_header();
    const charls::frame_info frame = decoder.frame_info();
    Image image(info.size, info.channels, info.depth);
    if (static_cast<int>(frame.width) != info.size.width_px || static_cast<int>(frame.height) != info.size.height_px ||
        frame.component_count != info.channels || frame.bits_per_sample != header.precision ||
        decoder.destination_size() != image.bytes().size())
      return corrupt("damaged JPEG-LS: its headers contradict each other");
    Bytes samples(image.bytes().size());
    decoder.decode(samples.data(), samples.size());
    store_all(samples, header.precision, decoder.interleave_mode() == charls::interleave_mode::none, image);
    return image;
  } catch (const charls::jpegls_error& error) {
    return corrupt(fmt::format("truncated or damaged JPEG-LS: {}", error.what()));
  }
}

}  // namespace lineguard::imaging
