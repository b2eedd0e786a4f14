// Kinds of pictures that are not read, so that they are refused by their names and not as damage.
#include "formats.h"
#include "jpeg_markers.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace lineguard::imaging {
namespace {

struct Signature {
  std::size_t at;
  std::string_view bytes, name;
};

using std::string_view_literals::operator""sv;

constexpr std::array kSignatures{
    Signature{0, "GIF87a"sv, "GIF"},
    Signature{0, "GIF89a"sv, "GIF"},
    Signature{4, "ftypheic"sv, "HEIC"},
    Signature{4, "ftypheix"sv, "HEIC"},
    Signature{4, "ftypmif1"sv, "HEIF"},
    Signature{4, "ftypmsf1"sv, "HEIF"},
    Signature{4, "ftypavif"sv, "AVIF"},
    Signature{4, "ftypavis"sv, "AVIF"},
    Signature{4, "ftypcrx"sv, "Canon raw"},
    Signature{0, "\0\0\0\x0cJXL \r\n\x87\n"sv, "JPEG XL"},
    Signature{0, "\xff\x0a"sv, "JPEG XL"},
    Signature{0, "\x49\x49\xbc"sv, "JPEG XR"},
    Signature{0, "8BPS"sv, "Photoshop"},
    Signature{0, "\x76\x2f\x31\x01"sv, "OpenEXR"},
    Signature{0, "#?RADIANCE"sv, "Radiance HDR"},
    Signature{0, "\x8aMNG\r\n\x1a\n"sv, "MNG"},
    Signature{0, "\x8bJNG\r\n\x1a\n"sv, "JNG"},
    Signature{128, "DICM"sv, "DICOM"},
    Signature{0, "DDS "sv, "DDS"},
    Signature{0, "\0\0\1\0"sv, "Windows icon"},
    Signature{0, "SIMPLE  ="sv, "FITS"},
    Signature{0, "FUJIFILMCCD-RAW"sv, "Fujifilm raw"},
    Signature{0, "IIRO"sv, "Olympus raw"},
    Signature{0, "IIU\0"sv, "Panasonic raw"},
    Signature{0, "%PDF-"sv, "PDF"},
    Signature{0, "P7\n"sv, "PAM"},
    Signature{0, "Pf\n"sv, "PFM"},
    Signature{0, "PF\n"sv, "PFM"},
};

// By signatures of at least so many bytes.
std::string_view signed_name(Encoded encoded, std::size_t fewest_bytes) {
  for (const Signature& signature : kSignatures) {
    if (signature.bytes.size() >= fewest_bytes && has_text_at(encoded, signature.at, signature.bytes))
      return signature.name;
  }
  return "";
}

}  // namespace

std::string_view name_of_other_format(Encoded encoded) {
  return signed_name(encoded, 1);
}

Result<void> refuse_second_picture(Encoded behind_the_end) {
  const auto refuse = [](std::string_view name) {
    return unsupported(
        fmt::format("a second picture ({}) stands behind the end of the first: only one of them would be judged. Save "
                    "each as a file of its own",
                    name));
  };
  const auto begins = std::ranges::find_if(behind_the_end, [](std::byte b) { return b != std::byte{}; });
  const Encoded rest(begins, behind_the_end.end());
  const Format format = detect_format(rest);
  if (format != Format::unrecognised && format != Format::bmp && format != Format::jpeg && format != Format::netpbm)
    return refuse(to_string(format));
  constexpr std::size_t kNoChance_bytes = 4;
  if (const auto name = signed_name(rest, kNoChance_bytes); !name.empty()) return refuse(name);
  if (holds_jpeg(behind_the_end)) return refuse("JPEG");
  return {};
}

}  // namespace lineguard::imaging
