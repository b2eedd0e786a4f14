#include "request_pictures.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include <lineguard/http/multipart.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/wire/inspect_line.h>
#include <lineguard/wire/named_template.h>

namespace lineguard::serving {
namespace {

constexpr std::size_t kDigestDigits = 64;

Result<SentPicture> sent_picture(std::string_view bytes, std::string_view content_type) {
  SentPicture picture{bytes, content_type, std::nullopt};
  if (!wire::is_pixels(content_type)) return picture;
  LINEGUARD_ASSIGN(picture.pixels, wire::read_pixel_format(content_type));
  LINEGUARD_TRY(wire::check_length(*picture.pixels, bytes.size()));
  return picture;
}

Result<std::string_view> read_template_digest(const http::Request& request) {
  const std::string_view digest = request.header(wire::kTemplateHeader);
  const bool hexadecimal = digest.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (digest.empty() || (digest.size() == kDigestDigits && hexadecimal)) return digest;
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("the header {}: expected the SHA-256 of a template, {} small hexadecimal digits",
                                wire::kTemplateHeader, kDigestDigits));
}

Result<void> read_form(const http::Fields& fields, RequestPictures& pictures) {
  for (const auto& [name, field] : fields) {
    if (name != "image" && name != "template")
      return make_error(ErrorCode::invalid_argument,
                        fmt::format("the form has a field \"{}\", allowed: image, template", name));
    auto picture = sent_picture(field.content, field.content_type);
    if (!picture) return picture.error().in("the field " + name);
    if (name == "image") pictures.image = std::move(*picture);
    if (name == "template") pictures.twin = std::move(*picture);
  }
  if (!fields.contains("image")) return make_error(ErrorCode::invalid_argument, "the form has no field \"image\"");
  return {};
}

// A map is four bytes a pixel and in the answer more than five: a small file may hold a picture of which that is
// gigabytes.
Result<std::uint64_t> map_bytes(const Size& size) {
  constexpr std::int64_t kMostPixels = 25'000'000;
  const std::int64_t pixels = std::int64_t{size.width_px} * size.height_px;
  if (pixels > kMostPixels) {
    return make_error(ErrorCode::too_large,
                      fmt::format("map=1 is for pictures of up to {} megapixels, this one has {}x{} pixels",
                                  kMostPixels / 1'000'000, size.width_px, size.height_px));
  }
  const auto bytes = static_cast<std::size_t>(pixels) * sizeof(float);
  return bytes + wire::base64_bytes(bytes);
}

// Size, and what it takes in memory beside the body. Errors: too_large.
struct Cost {
  std::optional<Size> size;
  std::uint64_t bytes = 0;          // as it is handed to the predictor
  std::uint64_t decoded_bytes = 0;  // more, once it is decoded
};
Result<Cost> cost_of(const SentPicture& picture) {
  if (picture.pixels) return Cost{picture.pixels->size, picture.pixels->image_bytes(), 0};
  const auto info =
      imaging::read_info({reinterpret_cast<const std::byte*>(picture.bytes.data()), picture.bytes.size()});
  if (info) return Cost{info->size, picture.bytes.size(), imaging::decoding_bytes(*info)};
  if (info.error().code == ErrorCode::too_large) return info.error();
  return Cost{std::nullopt, picture.bytes.size(), 0};
}

}  // namespace

Result<void> check_announced(const http::Request& request) {
  LINEGUARD_TRY(read_template_digest(request));
  const std::string_view type = request.header("Content-Type"), length = request.header("Content-Length");
  if (!wire::is_pixels(type)) return {};
  LINEGUARD_ASSIGN(const wire::PixelFormat format, wire::read_pixel_format(type));
  std::uint64_t bytes = 0;
  const auto read = std::from_chars(length.data(), length.data() + length.size(), bytes);
  if (length.empty() || read.ec != std::errc()) return {};  // in chunks: the body says how long it is
  return wire::check_length(format, bytes);
}

Result<RequestPictures> pictures_of(const http::Request& request) {
  if (request.body.empty())
    return make_error(ErrorCode::invalid_argument,
                      "the request has no body; expected a JPEG, PNG, BMP or TIFF picture, or pixels");
  RequestPictures pictures;
  LINEGUARD_ASSIGN(pictures.template_digest, read_template_digest(request));
  const std::string_view type = request.header("Content-Type");
  if (http::is_multipart(type)) {
    LINEGUARD_ASSIGN(const http::Fields fields, http::parse_multipart(type, request.body));
    LINEGUARD_TRY(read_form(fields, pictures));
    return pictures;
  }
  LINEGUARD_ASSIGN(pictures.image, sent_picture(request.body, type));
  return pictures;
}

Result<std::uint64_t> cost_of(const RequestPictures& pictures, const PredictOptions& options) {
  constexpr std::uint64_t kEmbeddingAndRegions = 256 << 10;
  LINEGUARD_ASSIGN(const Cost image, cost_of(pictures.image));
  std::uint64_t bytes = kEmbeddingAndRegions + image.bytes + image.decoded_bytes;
  if (pictures.twin || !pictures.template_digest.empty())  // the pair that the network sees
    bytes += pictures.image.pixels ? image.bytes : image.decoded_bytes;
  if (pictures.twin) {
    LINEGUARD_ASSIGN(const Cost twin, cost_of(*pictures.twin));
    bytes += twin.bytes + 2 * (pictures.twin->pixels ? twin.bytes : twin.decoded_bytes);
  }
  if (!options.want_map || !image.size) return bytes;
  LINEGUARD_ASSIGN(const std::uint64_t map, map_bytes(*image.size));
  return bytes + map;
}

Result<ViewContent> content_of(const SentPicture& picture) {
  if (picture.pixels) {
    LINEGUARD_ASSIGN(Image image, wire::image_of(*picture.pixels, picture.bytes));
    return ViewContent(std::make_shared<const Image>(std::move(image)));
  }
  const auto* first = reinterpret_cast<const std::byte*>(picture.bytes.data());
  return ViewContent(std::make_shared<const Bytes>(first, first + picture.bytes.size()));
}

}  // namespace lineguard::serving
