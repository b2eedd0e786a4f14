// The one EXIF tag that changes what a picture shows. Our own reader: a directory of numbers, looked through once.
#include "formats.h"

#include <cstdint>

namespace lineguard::imaging {
namespace {

class TiffNumbers {
 public:
  TiffNumbers(Encoded block, bool big) : block_(block), big_(big) {}

  bool holds(std::size_t at, std::size_t bytes) const { return at <= block_.size() && block_.size() - at >= bytes; }
  std::uint32_t number(std::size_t at, std::size_t bytes) const {
    if (big_) return big_endian(block_, at, bytes);
    std::uint32_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | std::to_integer<std::uint32_t>(block_[at + i]);
    return value;
  }

 private:
  Encoded block_;
  bool big_;
};

constexpr std::uint32_t kOrientation = 274, kByte = 1, kShort = 3, kLong = 4;
constexpr std::size_t kEntryBytes = 12;

}  // namespace

int exif_orientation(Encoded exif) {
  const bool big = has_text_at(exif, 0, std::string_view("MM\0*", 4));
  if (!big && !has_text_at(exif, 0, std::string_view("II*\0", 4))) return 1;
  const TiffNumbers numbers(exif, big);
  if (!numbers.holds(4, 4)) return 1;
  const std::size_t directory = numbers.number(4, 4);
  if (!numbers.holds(directory, 2)) return 1;
  const std::size_t entries = numbers.number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + kEntryBytes * i;
    if (!numbers.holds(entry, kEntryBytes)) return 1;
    if (numbers.number(entry, 2) != kOrientation || numbers.number(entry + 4, 4) != 1) continue;
    const std::uint32_t type = numbers.number(entry + 2, 2);
    const std::size_t bytes = type == kByte ? 1 : type == kShort ? 2 : type == kLong ? 4 : 0;
    const std::uint32_t orientation = bytes == 0 ? 0 : numbers.number(entry + 8, bytes);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  }
  return 1;
}

}  // namespace lineguard::imaging
