#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <cstring>
#include <limits>
#include <new>
#include <optional>

#include <fmt/format.h>

#include <lineguard/core/limits.h>
#include <lineguard/core/words.h>
#include <lineguard/wire/pixels.h>

namespace lineguard::wire {
namespace {

static_assert(std::endian::native == std::endian::little, "samples of 16 bits go over the wire as they lie in memory");

constexpr std::string_view kType = "application/vnd.lineguard.pixels";
constexpr std::size_t kLongestShown = 80;
constexpr std::uint64_t kMostPadding_bytes = 4096;  // of a row

Error wrong(std::string_view what, std::string_view found) {
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("{}: {}, found \"{}\"", kType, what, on_one_line(std::string(found), kLongestShown)));
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

struct Parameters {
  std::optional<std::uint64_t> width, height, channels, bits, row_bytes;

  std::optional<std::uint64_t>* named(std::string_view name) {
    if (name == "width") return &width;
    if (name == "height") return &height;
    if (name == "channels") return &channels;
    if (name == "bits") return &bits;
    return name == "row_bytes" ? &row_bytes : nullptr;
  }
};

Result<Parameters> read_parameters(std::string_view rest) {
  Parameters parameters;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view item = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (item.empty()) continue;
    const std::size_t equals = std::min(item.find('='), item.size());
    auto* value = parameters.named(item.substr(0, equals));
    if (value == nullptr) return wrong("its parameters are width, height, channels, bits, row_bytes", item);
    if (*value) return wrong("each parameter may stand there once", item);
    const std::string_view digits = equals == item.size() ? "" : item.substr(equals + 1);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value->emplace());
    if (digits.empty() || read.ec != std::errc() || read.ptr != digits.data() + digits.size())
      return wrong("expected a whole number", item);
  }
  return parameters;
}

Error missing(std::string_view name) {
  return make_error(ErrorCode::invalid_argument, fmt::format("{}: the parameter {} is missing", kType, name));
}

Result<int> side_of(std::string_view name, std::optional<std::uint64_t> value) {
  if (!value) return missing(name);
  if (*value == 0) return wrong(fmt::format("{} must be at least 1", name), "0");
  if (*value > static_cast<std::uint64_t>(limits::kPictureSide_px))
    return make_error(ErrorCode::too_large,
                      fmt::format("{} = {} pixels, allowed are {}", name, *value, limits::kPictureSide_px));
  return static_cast<int>(*value);
}

}  // namespace

std::uint64_t PixelFormat::image_bytes() const {
  return static_cast<std::uint64_t>(size.width_px) * static_cast<std::uint64_t>(size.height_px) *
         static_cast<std::uint64_t>(channels) * static_cast<std::uint64_t>(depth);
}

std::string pixel_media_type(const Image& image) {
  return fmt::format("{}; width={}; height={}; channels={}; bits={}", kType, image.width_px(), image.height_px(),
                     image.channels(), 8 * static_cast<int>(image.depth()));
}

bool is_pixels(std::string_view content_type) {
  return equal_without_case(trimmed(content_type.substr(0, content_type.find(';'))), kType);
}

Result<PixelFormat> read_pixel_format(std::string_view content_type) {
  const std::size_t first = std::min(content_type.find(';'), content_type.size());
  LINEGUARD_ASSIGN(const Parameters given, read_parameters(content_type.substr(first)));
  PixelFormat format;
  LINEGUARD_ASSIGN(format.size.width_px, side_of("width", given.width));
  LINEGUARD_ASSIGN(format.size.height_px, side_of("height", given.height));
  if (!given.channels) return missing("channels");
  if (*given.channels != 1 && *given.channels != 3)
    return wrong("channels must be 1 (gray) or 3 (R G B)", std::to_string(*given.channels));
  if (!given.bits) return missing("bits");
  if (*given.bits != 8 && *given.bits != 16) return wrong("bits must be 8 or 16", std::to_string(*given.bits));
  format.channels = static_cast<int>(*given.channels);
  format.depth = *given.bits == 8 ? PixelDepth::u8 : PixelDepth::u16;
  const std::int64_t pixels = std::int64_t{format.size.width_px} * format.size.height_px;
  if (pixels > limits::kPicturePixels)
    return make_error(ErrorCode::too_large, fmt::format("{} x {} pixels, allowed are {} together", format.size.width_px,
                                                        format.size.height_px, limits::kPicturePixels));
  const std::uint64_t tight = format.image_bytes() / static_cast<std::uint64_t>(format.size.height_px);
  format.row_bytes = given.row_bytes.value_or(tight);
  if (format.row_bytes < tight || format.row_bytes > tight + kMostPadding_bytes)
    return wrong(fmt::format("row_bytes must be {} to {} for {} pixels a row", tight, tight + kMostPadding_bytes,
                             format.size.width_px),
                 std::to_string(format.row_bytes));
  return format;
}

Result<void> check_length(const PixelFormat& format, std::uint64_t body_bytes) {
  if (body_bytes == format.bytes()) return {};
  return make_error(
      ErrorCode::invalid_argument,
      fmt::format("found {} bytes of pixels, expected {}: {} rows of {} bytes ({} x {} pixels, {} of {} bits each)",
                  body_bytes, format.bytes(), format.size.height_px, format.row_bytes, format.size.width_px,
                  format.size.height_px, count_of(static_cast<std::size_t>(format.channels), "channel"),
                  8 * static_cast<int>(format.depth)));
}

Result<Image> image_of(const PixelFormat& format, std::string_view body) {
  LINEGUARD_TRY(check_length(format, body.size()));
  try {
    Image image(format.size, format.channels, format.depth);
    const std::size_t row = image.row_bytes();
    if (row == format.row_bytes) {
      std::memcpy(image.bytes().data(), body.data(), body.size());
      return image;
    }
    for (std::size_t y = 0; y < static_cast<std::size_t>(format.size.height_px); ++y)
      std::memcpy(image.bytes().data() + y * row, body.data() + y * format.row_bytes, row);
    return image;
  } catch (const std::bad_alloc&) {
    return make_error(ErrorCode::unavailable,
                      fmt::format("no memory for {} x {} pixels", format.size.width_px, format.size.height_px));
  }
}

}  // namespace lineguard::wire
