#include "further_pictures.h"

#include "pictures.h"

#include <cstdlib>
#include <cstring>
#include <openjpeg.h>
#include <string>
#include <vector>

#include <charls/charls.h>
#include <webp/encode.h>

namespace lineguard::imaging::test {
namespace {

int sample_at(const Image& image, int y, std::size_t at) {
  return image.depth() == PixelDepth::u8 ? image.row_u8(y)[at] : image.row_u16(y)[at];
}

std::size_t row_samples(const Image& image) {
  return static_cast<std::size_t>(image.width_px() * image.channels());
}

std::string header(const Image& image, bool letters) {
  const int kind = (image.channels() == 3 ? 6 : 5) - (letters ? 3 : 0);
  return "P" + std::to_string(kind) + "\n# made for a test\n" + std::to_string(image.width_px()) + " " +
         std::to_string(image.height_px()) + "\n" + (image.depth() == PixelDepth::u8 ? "255" : "65535") + "\n";
}

struct Sink {
  Bytes bytes;
  std::size_t at = 0;
};

OPJ_SIZE_T write_block(void* data, OPJ_SIZE_T count, void* user) {
  auto& sink = *static_cast<Sink*>(user);
  if (sink.bytes.size() < sink.at + count) sink.bytes.resize(sink.at + count);
  std::memcpy(sink.bytes.data() + sink.at, data, count);
  sink.at += count;
  return count;
}

OPJ_OFF_T skip(OPJ_OFF_T count, void* user) {
  auto& sink = *static_cast<Sink*>(user);
  sink.at += static_cast<std::size_t>(count);
  if (sink.bytes.size() < sink.at) sink.bytes.resize(sink.at);
  return count;
}

OPJ_BOOL seek(OPJ_OFF_T to, void* user) {
  static_cast<Sink*>(user)->at = static_cast<std::size_t>(to);
  return OPJ_TRUE;
}

}  // namespace

Bytes encode_netpbm(const Image& image) {
  std::string text = header(image, false);
  for (int y = 0; y < image.height_px(); ++y) {
    for (std::size_t i = 0; i < row_samples(image); ++i) {
      const int value = sample_at(image, y, i);
      if (image.depth() == PixelDepth::u16) text += static_cast<char>(value >> 8);
      text += static_cast<char>(value & 0xff);
    }
  }
  return as_bytes(text);
}

Bytes encode_netpbm_in_letters(const Image& image) {
  std::string text = header(image, true);
  for (int y = 0; y < image.height_px(); ++y) {
    for (std::size_t i = 0; i < row_samples(image); ++i) text += std::to_string(sample_at(image, y, i)) + " ";
  }
  return as_bytes(text);
}

Bytes encode_jpeg_ls(const Image& image) {
  charls::jpegls_encoder encoder;
  encoder.frame_info({static_cast<std::uint32_t>(image.width_px()), static_cast<std::uint32_t>(image.height_px()),
                      8 * static_cast<int>(image.depth()), image.channels()});
  if (image.channels() == 3) encoder.interleave_mode(charls::interleave_mode::sample);
  Bytes encoded(encoder.estimated_destination_size() + 1000);
  encoder.destination(encoded.data(), encoded.size());
  encoded.resize(encoder.encode(image.bytes().data(), image.bytes().size()));
  return encoded;
}

Bytes encode_jpeg2000(const Image& image) {
  std::vector<opj_image_cmptparm_t> components(static_cast<std::size_t>(image.channels()));
  for (auto& component : components) {
    component = {};
    component.dx = component.dy = 1;
    component.w = static_cast<OPJ_UINT32>(image.width_px());
    component.h = static_cast<OPJ_UINT32>(image.height_px());
    component.prec = 8 * static_cast<OPJ_UINT32>(image.depth());
  }
  opj_image_t* picture = opj_image_create(static_cast<OPJ_UINT32>(components.size()), components.data(),
                                          image.channels() == 3 ? OPJ_CLRSPC_SRGB : OPJ_CLRSPC_GRAY);
  picture->x1 = components[0].w;
  picture->y1 = components[0].h;
  for (int y = 0; y < image.height_px(); ++y) {
    for (std::size_t i = 0; i < row_samples(image); ++i) {
      const std::size_t channel = i % components.size(), x = i / components.size();
      picture->comps[channel].data[static_cast<std::size_t>(y) * components[0].w + x] = sample_at(image, y, i);
    }
  }
  opj_cparameters_t parameters;
  opj_set_default_encoder_parameters(&parameters);
  parameters.tcp_numlayers = 1;
  parameters.cp_disto_alloc = 1;
  parameters.numresolution = 3;
  parameters.tcp_mct = 0;
  opj_codec_t* codec = opj_create_compress(OPJ_CODEC_JP2);
  if (!opj_setup_encoder(codec, &parameters, picture)) std::abort();
  Sink sink;
  opj_stream_t* stream = opj_stream_create(1 << 16, OPJ_FALSE);
  opj_stream_set_user_data(stream, &sink, nullptr);
  opj_stream_set_write_function(stream, write_block);
  opj_stream_set_skip_function(stream, skip);
  opj_stream_set_seek_function(stream, seek);
  if (!opj_start_compress(codec, picture, stream) || !opj_encode(codec, stream) || !opj_end_compress(codec, stream))
    std::abort();
  opj_stream_destroy(stream);
  opj_destroy_codec(codec);
  opj_image_destroy(picture);
  return sink.bytes;
}

Bytes encode_webp(const Image& rgb, int alpha, int orientation) {
  std::vector<std::uint8_t> pixels;
  for (int y = 0; y < rgb.height_px(); ++y) {
    for (std::size_t i = 0; i < row_samples(rgb); ++i) {
      pixels.push_back(rgb.row_u8(y)[i]);
      if (i % 3 == 2) pixels.push_back(static_cast<std::uint8_t>(alpha));
    }
  }
  std::uint8_t* encoded = nullptr;
  const std::size_t size =
      WebPEncodeLosslessRGBA(pixels.data(), rgb.width_px(), rgb.height_px(), 4 * rgb.width_px(), &encoded);
  Bytes bytes(reinterpret_cast<const std::byte*>(encoded), reinterpret_cast<const std::byte*>(encoded) + size);
  WebPFree(encoded);
  if (orientation == 1) return bytes;
  // The extended file: a VP8X chunk with the flag for EXIF and the size, the pixels, the EXIF chunk.
  std::string extended("VP8X\x0a\0\0\0\x08\0\0\0", 12);
  for (const int side : {rgb.width_px() - 1, rgb.height_px() - 1}) {
    for (int i = 0; i < 3; ++i) extended += static_cast<char>(side >> (8 * i));
  }
  std::string exif("EXIF\x1a\0\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01", 26);
  exif += std::string("\0", 1) + static_cast<char>(orientation) + std::string(6, '\0');
  const std::string body = "WEBP" + extended + std::string(as_text(bytes).substr(12)) + exif;
  std::string file = "RIFF";
  for (int i = 0; i < 4; ++i) file += static_cast<char>(body.size() >> (8 * i));
  return as_bytes(file + body);
}

}  // namespace lineguard::imaging::test
