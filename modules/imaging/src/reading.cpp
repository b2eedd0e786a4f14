#include "formats/formats.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <new>

#include <fmt/format.h>

#include <lineguard/imaging/reading.h>

namespace lineguard::imaging {
namespace {

constexpr std::string_view kForms =
    "expected \"tiff PAGE[:CHANNEL][,…]\" of one to three planes, counted from 1 (\"tiff 1,2\", \"tiff 1:1,1:2,1:4\"), "
    "or \"raw WIDTHxHEIGHT PIXELFORMAT\" in GenICam's names (\"raw 1920x1080 BayerRG12p\", Mono8, Mono10p, "
    "Mono12Packed)";
constexpr int kMostPages = 10'000, kMostChannels = 64;
constexpr std::size_t kMostPlanes = 3;

Error no_reading(std::string_view text) {
  return make_error(ErrorCode::invalid_argument, fmt::format("--read-as \"{}\": {}", text, kForms));
}

std::optional<int> number_in(std::string_view text, int most) {
  int value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || value < 1 || value > most) return std::nullopt;
  return value;
}

std::optional<Plane> plane_from(std::string_view text) {
  const std::size_t colon = text.find(':');
  const auto page = number_in(text.substr(0, colon), kMostPages);
  if (!page) return std::nullopt;
  if (colon == std::string_view::npos) return Plane{*page, 0};
  const auto channel = number_in(text.substr(colon + 1), kMostChannels);
  if (!channel) return std::nullopt;
  return Plane{*page, *channel};
}

std::optional<std::vector<Plane>> planes_from(std::string_view text) {
  std::vector<Plane> planes;
  while (true) {
    const std::size_t comma = text.find(',');
    const auto plane = plane_from(text.substr(0, comma));
    if (!plane || planes.size() == kMostPlanes) return std::nullopt;
    planes.push_back(*plane);
    if (comma == std::string_view::npos) return planes;
    text.remove_prefix(comma + 1);
  }
}

std::optional<RawLayout> raw_from(std::string_view text) {
  const std::size_t by = text.find('x'), space = text.find(' ');
  if (by == std::string_view::npos || space == std::string_view::npos || by > space) return std::nullopt;
  const auto width = number_in(text.substr(0, by), limits::kPictureSide_px);
  const auto height = number_in(text.substr(by + 1, space - by - 1), limits::kPictureSide_px);
  const std::string format(text.substr(space + 1));
  if (!width || !height || !is_raw_format(format)) return std::nullopt;
  return RawLayout{{*width, *height}, format};
}

// A picture of several gray planes.
Result<Image> composed(std::vector<Image> planes) {
  if (planes.size() == 1) return std::move(planes.front());
  const Image& first = planes.front();
  for (const Image& plane : planes) {
    if (plane.channels() != 1)
      return make_error(ErrorCode::invalid_argument,
                        "a page of several planes is RGB: name one of its channels (\"tiff 1:1,2:1\")");
    if (plane.size() != first.size() || plane.depth() != first.depth())
      return make_error(ErrorCode::invalid_argument,
                        fmt::format("the planes differ: {} x {} pixels of {} bits, and {} x {} of {}", first.width_px(),
                                    first.height_px(), 8 * static_cast<int>(first.depth()), plane.width_px(),
                                    plane.height_px(), 8 * static_cast<int>(plane.depth())));
  }
  if (planes.size() == 2) planes.push_back(planes.front());  // blue is red again
  Image image(planes[0].size(), 3, planes[0].depth());
  const auto depth = static_cast<std::size_t>(image.depth());
  for (std::size_t channel = 0; channel < planes.size(); ++channel) {
    const auto from = planes[channel].bytes();
    for (std::size_t i = 0; i < from.size(); ++i)
      image.bytes()[(i / depth * planes.size() + channel) * depth + i % depth] = from[i];
  }
  return image;
}

Error other_kind(Encoded encoded, std::string_view wanted, const Reading& reading) {
  const auto name = to_string(detect_format(encoded));
  return unsupported(
      fmt::format("{}: pictures are read as \"{}\", which speaks of {} files", name, to_text(reading), wanted));
}

Result<void> refuse_other_kind(Encoded encoded, const Reading& reading) {
  const Format format = detect_format(encoded);
  if (reading.raw && format != Format::unrecognised && encoded.size() != raw_bytes(*reading.raw))
    return other_kind(encoded, "raw", reading);
  if (!reading.planes.empty() && format != Format::tiff) return other_kind(encoded, "TIFF", reading);
  return {};
}

Reading& mutable_reading_of_files() {
  static Reading reading;
  return reading;
}

Result<Image> decode_planes(Encoded encoded, const Reading& reading, const DecodeLimits& limits,
                            const GiveUp& give_up) {
  std::vector<Image> planes;
  for (const Plane& plane : reading.planes) {
    if (give_up && give_up()) return given_up();
    LINEGUARD_ASSIGN(const PictureInfo info, tiff_plane_info(encoded, plane));
    LINEGUARD_TRY(check_limits(encoded, info, limits));
    LINEGUARD_ASSIGN(Image image, decode_tiff_plane(encoded, info, plane));
    if (info.exif_orientation != 1) image = apply_orientation(image, info.exif_orientation);
    planes.push_back(std::move(image));
  }
  return composed(std::move(planes));
}

}  // namespace

Result<Reading> reading_from_text(std::string_view text) {
  Reading reading;
  if (text.empty()) return reading;
  if (text.starts_with("tiff ")) {
    const auto planes = planes_from(text.substr(5));
    if (!planes) return no_reading(text);
    reading.planes = *planes;
    return reading;
  }
  if (text.starts_with("raw ")) reading.raw = raw_from(text.substr(4));
  if (!reading.raw) return no_reading(text);
  return reading;
}

std::string to_text(const Reading& reading) {
  if (reading.raw)
    return fmt::format("raw {}x{} {}", reading.raw->size.width_px, reading.raw->size.height_px,
                       reading.raw->pixel_format);
  std::string text;
  for (const Plane& plane : reading.planes) {
    text += fmt::format("{}{}", text.empty() ? "tiff " : ",", plane.page);
    if (plane.channel > 0) text += fmt::format(":{}", plane.channel);
  }
  return text;
}

Result<Image> decode_as(Encoded encoded, const Reading& reading, const DecodeLimits& limits, const GiveUp& give_up) {
  if (reading.empty()) return decode(encoded, limits, give_up);
  LINEGUARD_TRY(refuse_other_kind(encoded, reading));
  try {
    if (!reading.raw) return decode_planes(encoded, reading, limits, give_up);
    if (give_up && give_up()) return given_up();
    LINEGUARD_ASSIGN(const PictureInfo info, raw_info(encoded, *reading.raw));
    LINEGUARD_TRY(check_limits(encoded, info, limits));
    return decode_raw(encoded, *reading.raw);
  } catch (const std::bad_alloc&) {
    return make_error(ErrorCode::unavailable, "no memory for the picture's pixels");
  }
}

Result<PictureInfo> read_info_as(Encoded encoded, const Reading& reading, const DecodeLimits& limits) {
  if (reading.empty()) return read_info(encoded, limits);
  LINEGUARD_TRY(refuse_other_kind(encoded, reading));
  if (reading.raw) return raw_info(encoded, *reading.raw);
  LINEGUARD_ASSIGN(PictureInfo info, tiff_plane_info(encoded, reading.planes.front()));
  LINEGUARD_TRY(check_limits(encoded, info, limits));
  if (info.exif_orientation >= 5) std::swap(info.size.width_px, info.size.height_px);
  if (reading.planes.size() > 1) info.channels = 3;
  return info;
}

void set_reading_of_files(const Reading& reading) {
  mutable_reading_of_files() = reading;
}

const Reading& reading_of_files() {
  return mutable_reading_of_files();
}

Result<void> refuse_undeclared_raw(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (extension != ".raw" || reading_of_files().raw) return {};
  return unsupported(
      "a raw file says nothing of its size and pixels: --read-as \"raw WIDTHxHEIGHT PIXELFORMAT\" declares them "
      "(\"raw 1920x1080 Mono12p\")");
}

}  // namespace lineguard::imaging
