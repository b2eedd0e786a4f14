#include "tiff_directory.h"

#include <optional>
#include <set>

#include <fmt/format.h>

namespace lineguard::imaging {
namespace {

// One directory: where its entries stand and where the next one does (0: it is the last).
struct Directory {
  std::uint64_t entries_at = 0, entries = 0, next = 0;
};

class DirectoryReader {
 public:
  explicit DirectoryReader(Encoded file)
      : file_(file), big_endian_(has_text_at(file, 0, "MM")), is_big_(file.size() > 3 && version() == 43) {}

  // Where the first one stands; none where the file is cut before it says.
  std::optional<std::uint64_t> first() const { return is_big_ ? number(8, 8) : number(4, 4); }

  std::optional<Directory> read(std::uint64_t at) const {
    const std::uint64_t count_bytes = is_big_ ? 8 : 2, next_bytes = is_big_ ? 8 : 4;
    const auto entries = number(at, count_bytes);
    if (!entries || *entries > file_.size() / entry_bytes()) return std::nullopt;
    const auto next = number(at + count_bytes + *entries * entry_bytes(), next_bytes);
    if (!next) return std::nullopt;
    return Directory{at + count_bytes, *entries, *next};
  }

  bool has_tag(const Directory& directory, std::uint64_t tag) const {
    for (std::uint64_t i = 0; i < directory.entries; ++i) {
      if (number(directory.entries_at + i * entry_bytes(), 2) == tag) return true;
    }
    return false;
  }

 private:
  std::uint64_t version() const { return number(2, 2).value_or(0); }
  std::uint64_t entry_bytes() const { return is_big_ ? 20 : 12; }

  std::optional<std::uint64_t> number(std::uint64_t at, std::uint64_t bytes) const {
    if (at > file_.size() || file_.size() - at < bytes) return std::nullopt;
    std::uint64_t value = 0;
    for (std::uint64_t i = 0; i < bytes; ++i) {
      const std::uint64_t offset = big_endian_ ? i : bytes - 1 - i;
      value = value << 8 | std::to_integer<std::uint64_t>(file_[at + offset]);
    }
    return value;
  }

  Encoded file_;
  bool big_endian_, is_big_;
};

constexpr std::size_t kMostCounted = 1000;

// From the first one on; ends where one can't be read or was there before.
std::size_t count_pages(const DirectoryReader& reader, std::uint64_t at) {
  std::set<std::uint64_t> seen;
  while (at != 0 && seen.size() < kMostCounted && seen.insert(at).second) {
    const auto directory = reader.read(at);
    at = directory ? directory->next : 0;
  }
  return seen.size();
}

}  // namespace

Result<void> check_single_picture(Encoded tiff) {
  constexpr std::uint64_t kSubDirectories = 330;
  const DirectoryReader reader(tiff);
  const auto at = reader.first();
  const auto first = at ? reader.read(*at) : std::nullopt;
  if (!first) return corrupt("damaged TIFF: its directory cannot be read");
  if (first->next != 0) {
    const std::size_t pages = count_pages(reader, *at);
    return unsupported(fmt::format(
        "a TIFF of {}{} pages: only the first would be judged. Say which are meant (--read-as \"tiff 1,2\"), "
        "or save each page as a file of its own",
        pages == kMostCounted ? "at least " : "", pages));
  }
  if (reader.has_tag(*first, kSubDirectories)) {
    return unsupported(
        "a TIFF with further pictures inside its page (tag 330, SubIFDs): only one of them would be judged. Save each "
        "as a file of its own");
  }
  return {};
}

std::size_t count_tiff_pages(Encoded tiff) {
  const DirectoryReader reader(tiff);
  const auto first = reader.first();
  return first && reader.read(*first) ? count_pages(reader, *first) : 0;
}

std::string name_of_compression(std::uint16_t compression) {
  const auto name = [&]() -> std::string_view {
    switch (compression) {
      case 6:
        return "JPEG in the manner of TIFF 6.0";
      case 7:
        return "JPEG";
      case 32809:
        return "ThunderScan";
      case 34661:
      case 34663:
        return "JBIG";
      case 33003:
      case 33004:
      case 33005:
      case 34712:
        return "JPEG 2000";
      case 34887:
        return "LERC";
      case 34892:
        return "lossy JPEG (DNG)";
      case 34925:
        return "LZMA";
      case 34933:
        return "PNG";
      case 34934:
      case 22610:
        return "JPEG XR";
      case 50000:
        return "Zstandard";
      case 50001:
        return "WebP";
      case 50002:
      case 52546:
        return "JPEG XL";
      default:
        return "a method unknown here";
    }
  }();
  return fmt::format("{} ({})", name, compression);
}

}  // namespace lineguard::imaging
