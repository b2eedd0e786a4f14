#include "formats.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <openjpeg.h>

#include <fmt/format.h>

namespace lineguard::imaging {
namespace {

// OpenJPEG reads streams only.
struct Source {
  Encoded encoded;
  std::size_t at = 0;
};

OPJ_SIZE_T read_block(void* out, OPJ_SIZE_T count, void* user) {
  auto& source = *static_cast<Source*>(user);
  const std::size_t taken = std::min<std::size_t>(count, source.encoded.size() - source.at);
  if (taken == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(out, source.encoded.data() + source.at, taken);
  source.at += taken;
  return taken;
}

OPJ_BOOL seek(OPJ_OFF_T to, void* user) {
  auto& source = *static_cast<Source*>(user);
  if (to < 0 || static_cast<std::size_t>(to) > source.encoded.size()) return OPJ_FALSE;
  source.at = static_cast<std::size_t>(to);
  return OPJ_TRUE;
}

OPJ_OFF_T skip(OPJ_OFF_T count, void* user) {
  auto& source = *static_cast<Source*>(user);
  const auto left = static_cast<OPJ_OFF_T>(source.encoded.size() - source.at);
  const OPJ_OFF_T taken = std::min(count, left);
  if (taken < 0 || (taken == 0 && count > 0)) return -1;
  source.at += static_cast<std::size_t>(taken);
  return taken;
}

void say_nothing(const char*, void*) {}

struct Codec {
  explicit Codec(Encoded encoded) : source{encoded} {
    const bool bare = has_text_at(encoded, 0, "\xff\x4f");
    codec.reset(opj_create_decompress(bare ? OPJ_CODEC_J2K : OPJ_CODEC_JP2));
    opj_set_info_handler(codec.get(), say_nothing, nullptr);
    opj_set_warning_handler(codec.get(), say_nothing, nullptr);
    opj_set_error_handler(codec.get(), say_nothing, nullptr);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    opj_setup_decoder(codec.get(), &parameters);
    opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE);  // else a cut file is decoded in silence
    constexpr OPJ_SIZE_T kBuffer_bytes = 1 << 16;
    stream.reset(opj_stream_create(kBuffer_bytes, OPJ_TRUE));
    opj_stream_set_user_data(stream.get(), &source, nullptr);
    opj_stream_set_user_data_length(stream.get(), encoded.size());
    opj_stream_set_read_function(stream.get(), read_block);
    opj_stream_set_skip_function(stream.get(), skip);
    opj_stream_set_seek_function(stream.get(), seek);
    opj_image_t* read = nullptr;
    if (opj_read_header(stream.get(), codec.get(), &read) == OPJ_TRUE) image.reset(read);
  }
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  Source source;
  std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)> codec{nullptr, &opj_destroy_codec};
  std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)> stream{nullptr, &opj_stream_destroy};
  std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)> image{nullptr, &opj_image_destroy};  // null: no header
};

constexpr std::string_view kAdvice = "save it as gray or RGB of 8 or 16 bits";

Result<void> check_components(const opj_image_t& image) {
  if (image.numcomps < 1 || image.numcomps > 4)
    return unsupported(fmt::format("a JPEG 2000 of {} channels: {}", image.numcomps, kAdvice));
  if (image.color_space == OPJ_CLRSPC_SYCC || image.color_space == OPJ_CLRSPC_EYCC ||
      image.color_space == OPJ_CLRSPC_CMYK)
    return unsupported(fmt::format("a JPEG 2000 in YCC or CMYK: {}", kAdvice));
  for (OPJ_UINT32 i = 0; i < image.numcomps; ++i) {
    const opj_image_comp_t& component = image.comps[i];
    if (component.dx != 1 || component.dy != 1)
      return unsupported(fmt::format("a JPEG 2000 whose channels differ in size: {}", kAdvice));
    if (component.sgnd != 0 || component.prec > 16 || component.prec != image.comps[0].prec) {
      return unsupported(fmt::format("a JPEG 2000 of {} {} bits a sample: {}",
                                     component.sgnd != 0 ? "signed" : "unsigned", component.prec, kAdvice));
    }
  }
  return {};
}

int colour_channels(const opj_image_t& image) {
  return image.numcomps < 3 ? 1 : 3;
}

template <typename Sample>
void copy_row(const opj_image_t& decoded, std::size_t from, std::span<Sample> row, int channels, bool spread) {
  const int most = (1 << decoded.comps[0].prec) - 1;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto& component = decoded.comps[i % static_cast<std::size_t>(channels)];
    const int value = std::clamp(component.data[from + i / static_cast<std::size_t>(channels)], 0, most);
    row[i] = static_cast<Sample>(spread ? value * 255 / most : value);
  }
}

// Whether a channel behind gray or RGB is all ones.
bool is_opaque(const opj_image_t& decoded) {
  const auto channels = static_cast<OPJ_UINT32>(colour_channels(decoded));
  if (decoded.numcomps == channels) return true;
  const auto& alpha = decoded.comps[channels];
  const std::size_t pixels = static_cast<std::size_t>(alpha.w) * alpha.h;
  return std::all_of(alpha.data, alpha.data + pixels, [&](int value) { return value == (1 << alpha.prec) - 1; });
}

}  // namespace

Result<PictureInfo> jpeg2000_info(Encoded encoded) {
  const Codec codec(encoded);
  if (!codec.image) return corrupt("damaged JPEG 2000: its header cannot be read");
  LINEGUARD_TRY(check_components(*codec.image));
  const OPJ_UINT32 width = codec.image->x1 - codec.image->x0, height = codec.image->y1 - codec.image->y0;
  if (width < 1 || height < 1 || width > 0x7fffffff || height > 0x7fffffff)
    return corrupt("damaged JPEG 2000: no size");
  PictureInfo info;
  info.format = Format::jpeg2000;
  info.size = {static_cast<int>(width), static_cast<int>(height)};
  info.channels = colour_channels(*codec.image);
  info.depth = codec.image->comps[0].prec > 8 ? PixelDepth::u16 : PixelDepth::u8;
  return info;
}

Result<Image> decode_jpeg2000(Encoded encoded, const PictureInfo& info) {
  const Codec codec(encoded);
  if (!codec.image) return corrupt("damaged JPEG 2000: its header cannot be read");
  if (opj_decode(codec.codec.get(), codec.stream.get(), codec.image.get()) != OPJ_TRUE ||
      opj_end_decompress(codec.codec.get(), codec.stream.get()) != OPJ_TRUE)
    return corrupt("truncated or damaged JPEG 2000");
  const opj_image_t& decoded = *codec.image;
  LINEGUARD_TRY(check_components(decoded));  // a palette has become colours
  for (OPJ_UINT32 i = 0; i < decoded.numcomps; ++i) {
    const opj_image_comp_t& component = decoded.comps[i];
    if (component.data == nullptr || static_cast<int>(component.w) != info.size.width_px ||
        static_cast<int>(component.h) != info.size.height_px)
      return corrupt("damaged JPEG 2000: pixels are missing");
  }
  if (!is_opaque(decoded)) return hidden_by_alpha("JPEG 2000");
  const int channels = colour_channels(decoded);
  const auto depth = decoded.comps[0].prec > 8 ? PixelDepth::u16 : PixelDepth::u8;
  if (channels != info.channels || depth != info.depth)
    return unsupported(fmt::format("a JPEG 2000 with a palette: {}", kAdvice));
  Image image(info.size, channels, depth);
  const bool spread = decoded.comps[0].prec < 8;
  for (int y = 0; y < image.height_px(); ++y) {
    const std::size_t from = static_cast<std::size_t>(y) * decoded.comps[0].w;
    if (depth == PixelDepth::u8)
      copy_row(decoded, from, image.row_u8(y), channels, spread);
    else
      copy_row(decoded, from, image.row_u16(y), channels, false);
  }
  return image;
}

}  // namespace lineguard::imaging
