#include "formats.h"

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

// A file that was cut ends without the end-of-image marker; the decoder would fill the rest with gray.
bool ends_as_a_jpeg(Encoded encoded) {
  std::size_t end = encoded.size();
  while (end >= 2 && encoded.size() - end < 1024) {
    if (encoded[end - 2] == std::byte{0xff} && encoded[end - 1] == std::byte{0xd9}) return true;
    --end;  // some cameras pad the file behind the marker
  }
  return false;
}

}  // namespace

Result<PictureInfo> jpeg_info(Encoded encoded) {
  const Handle handle(tjInitDecompress());
  PictureInfo info;
  int subsampling = 0, colours = 0;
  if (tjDecompressHeader3(handle.get(), raw(encoded), encoded.size(), &info.size.width_px, &info.size.height_px,
                          &subsampling, &colours) != 0) {
    return jpeg_error(handle);
  }
  if (colours == TJCS_CMYK || colours == TJCS_YCCK) {
    return make_error(ErrorCode::unsupported, "a CMYK JPEG; expected gray or colour");
  }
  info.format = Format::jpeg;
  info.channels = colours == TJCS_GRAY ? 1 : 3;
  return info;
}

Result<Image> decode_jpeg(Encoded encoded, const PictureInfo& info) {
  if (!ends_as_a_jpeg(encoded)) return corrupt("truncated JPEG: the end-of-image marker is missing");
  const Handle handle(tjInitDecompress());
  Image image(info.size, info.channels);
  auto* pixels = reinterpret_cast<unsigned char*>(image.bytes().data());
  const int format = info.channels == 1 ? TJPF_GRAY : TJPF_RGB;
  // Warnings are errors: a picture with a damaged part is not the part that was photographed.
  if (tjDecompress2(handle.get(), raw(encoded), encoded.size(), pixels, info.size.width_px, 0, info.size.height_px,
                    format, TJFLAG_STOPONWARNING) != 0) {
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
