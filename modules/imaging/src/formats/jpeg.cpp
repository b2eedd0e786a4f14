#include "formats.h"
#include "jpeg_markers.h"

#include <memory>
#include <string>
#include <turbojpeg.h>

#include <fmt/format.h>

#include <lineguard/imaging/encode.h>

namespace lineguard::imaging {
namespace {

struct CloseHandle {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Handle = std::unique_ptr<void, CloseHandle>;

const unsigned char* raw(Encoded encoded) {
  return reinterpret_cast<const unsigned char*>(encoded.data());
}

Error jpeg_error(const Handle& handle) {
  return corrupt(fmt::format("damaged JPEG: {}", tjGetErrorStr2(handle.get())));
}

}  // namespace

Result<PictureInfo> jpeg_info(Encoded encoded) {
  LINEGUARD_ASSIGN(const JpegHeader header, read_jpeg_header(encoded));
  LINEGUARD_TRY(check_kind(header));
  if (header.size.width_px < 1) return corrupt("damaged JPEG: its width is 0");
  PictureInfo info;
  info.format = Format::jpeg;
  info.size = header.size;
  info.channels = header.components;
  info.exif_orientation = header.orientation;
  return info;
}

Result<Image> decode_jpeg(Encoded encoded, const PictureInfo& info) {
  LINEGUARD_ASSIGN(const JpegHeader header, read_jpeg_header(encoded));
  LINEGUARD_ASSIGN(const std::size_t end, find_end(encoded, header));
  // A preview that the index names is the same picture once more.
  if (!header.has_previews) LINEGUARD_TRY(refuse_second_picture(encoded.subspan(end)));
  const Handle handle(tjInitDecompress());
  int width = 0, height = 0, subsampling = 0, colours = 0;
  if (tjDecompressHeader3(handle.get(), raw(encoded), encoded.size(), &width, &height, &subsampling, &colours) != 0)
    return jpeg_error(handle);
  if (Size{width, height} != info.size) return corrupt("damaged JPEG: its headers contradict each other");
  Image image(info.size, info.channels);
  auto* pixels = reinterpret_cast<unsigned char*>(image.bytes().data());
  const int format = info.channels == 1 ? TJPF_GRAY : TJPF_RGB;
  // Warnings are errors, the one that the file ends too early among them: the decoder would fill the rest with gray.
  // Scans are limited: a small progressive file can hold thousands, each as much work as the whole picture.
  constexpr int kStrict = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS;
  if (tjDecompress2(handle.get(), raw(encoded), encoded.size(), pixels, info.size.width_px, 0, info.size.height_px,
                    format, kStrict) != 0) {
    return jpeg_error(handle);
  }
  return image;
}

Result<Bytes> encode_jpeg(const Image& image, int quality) {
  if (image.depth() != PixelDepth::u8) return make_error(ErrorCode::unsupported, "JPEG holds 8 bits; use PNG for 16");
  if (quality < 1 || quality > 100) return make_error(ErrorCode::invalid_argument, "JPEG quality must be 1 to 100");
  const Handle handle(tjInitCompress());
  unsigned char* encoded = nullptr;
  unsigned long size = 0;
  const bool gray = image.channels() == 1;
  const int done = tjCompress2(handle.get(), reinterpret_cast<const unsigned char*>(image.bytes().data()),
                               image.width_px(), 0, image.height_px(), gray ? TJPF_GRAY : TJPF_RGB, &encoded, &size,
                               gray ? TJSAMP_GRAY : TJSAMP_444, quality, 0);
  const std::unique_ptr<unsigned char, decltype(&tjFree)> owner(encoded, &tjFree);
  if (done != 0) return make_error(ErrorCode::internal, fmt::format("JPEG: {}", tjGetErrorStr2(handle.get())));
  const auto* first = reinterpret_cast<const std::byte*>(encoded);
  return Bytes(first, first + size);
}

}  // namespace lineguard::imaging
