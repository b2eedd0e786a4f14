// What a set's files leave open and its owner declares: which pages and channels of a TIFF are the picture, and how the
// bytes of a raw file are arranged (docs/adr/0047). One text says it, in options, packages and messages:
//   "tiff 2"            page 2 as it is, gray or RGB
//   "tiff 1,2"          page 1 as red and blue, page 2 as green: both are judged; three pages are red, green, blue
//   "tiff 1:1,1:2,1:4"  channels 1, 2 and 4 of page 1
//   "raw 1920x1080 BayerRG12p"  a raw file of GenICam's pixel format (PFNC): Mono or BayerGR, RG, GB, BG with 8, 10,
//   12,
//                       14 or 16 bits, unpacked (little-endian), p (dense) or Packed (GigE Vision)
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/imaging/decode.h>

namespace lineguard::imaging {

struct Plane {
  int page = 1;     // from 1
  int channel = 0;  // from 1; 0: the page as it is
  bool operator==(const Plane&) const = default;
};

struct RawLayout {
  Size size;
  std::string pixel_format;  // "BayerRG12p"
  bool operator==(const RawLayout&) const = default;
};

// At most one of the two is set; none: pictures are read as they are, and refused where that leaves something out.
struct Reading {
  std::vector<Plane> planes;  // of a TIFF: 1 to 3
  std::optional<RawLayout> raw;
  bool empty() const { return planes.empty() && !raw; }
  bool operator==(const Reading&) const = default;
};

// Empty text: an empty reading. Errors: invalid_argument with the allowed forms.
Result<Reading> reading_from_text(std::string_view text);
std::string to_text(const Reading& reading);

// decode() and read_info() of a file that is read so. A file of another kind than the reading speaks of is unsupported:
// it would be judged as something else. Errors: as decode(); invalid_argument where a TIFF has no such page or channel,
// or a raw file another length.
Result<Image> decode_as(std::span<const std::byte> encoded, const Reading& reading, const DecodeLimits& limits = {},
                        const GiveUp& give_up = {});
Result<PictureInfo> read_info_as(std::span<const std::byte> encoded, const Reading& reading,
                                 const DecodeLimits& limits = {});

// How decode_file() and everything that reads the pictures of a data set reads them. A process works on one data set:
// the command sets it once, before any thread reads, and no place that decodes can disagree with another. Packages
// that are served bring their own. Not thread-safe to set.
void set_reading_of_files(const Reading& reading);
const Reading& reading_of_files();

// unsupported for a .raw file where nothing declares what it holds.
Result<void> refuse_undeclared_raw(const std::filesystem::path& file);

}  // namespace lineguard::imaging
