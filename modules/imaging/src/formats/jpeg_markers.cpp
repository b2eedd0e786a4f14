#include "jpeg_markers.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

namespace lineguard::imaging {
namespace {

// ITU-T T.81, table B.1; a marker is 0xff and one of these.
enum Marker : int {
  kRestart0 = 0xd0,
  kRestart7 = 0xd7,
  kStartOfImage = 0xd8,
  kEndOfImage = 0xd9,
  kStartOfScan = 0xda,
  kApp1 = 0xe1,
  kApp2 = 0xe2,
  kJpegLsFrame = 0xf7,
  kTemporary = 0x01,
};

bool is_frame(int marker) {
  constexpr int kTables = 0xc4, kReserved = 0xc8, kConditioning = 0xcc;
  return marker == kJpegLsFrame ||
         (marker >= 0xc0 && marker <= 0xcf && marker != kTables && marker != kReserved && marker != kConditioning);
}

struct Segment {
  int marker = 0;
  Encoded content;  // without its length; empty where the marker has none
};

// Goes from marker to marker.
class MarkerReader {
 public:
  MarkerReader(Encoded encoded, std::size_t at) : encoded_(encoded), at_(at) {}

  // Errors: corrupt_data at the end of the file and where no marker stands.
  Result<Segment> next() {
    if (at_ + 1 >= encoded_.size()) return corrupt("truncated JPEG: it ends before its picture does");
    if (byte(at_) != 0xff) return corrupt("damaged JPEG: something else stands where a marker is expected");
    while (at_ + 1 < encoded_.size() && byte(at_ + 1) == 0xff) ++at_;  // fill bytes
    if (at_ + 1 >= encoded_.size()) return corrupt("truncated JPEG: it ends before its picture does");
    Segment segment{byte(at_ + 1), {}};
    begins_ = at_;
    at_ += 2;
    const bool alone = (segment.marker >= kRestart0 && segment.marker <= kEndOfImage) || segment.marker == kTemporary;
    if (alone) return segment;
    if (encoded_.size() - at_ < 2) return corrupt("truncated JPEG: it ends in a header");
    const std::size_t length = big_endian(encoded_, at_, 2);
    if (length < 2 || encoded_.size() - at_ < length) return corrupt("truncated JPEG: it ends in a header");
    segment.content = encoded_.subspan(at_ + 2, length - 2);
    at_ += length;
    return segment;
  }

  // Passes a scan's coded pixels.
  void pass_scan() {
    while (at_ + 1 < encoded_.size()) {
      const void* found = std::memchr(encoded_.data() + at_, 0xff, encoded_.size() - at_);
      if (found == nullptr) break;
      at_ = static_cast<std::size_t>(static_cast<const std::byte*>(found) - encoded_.data());
      const int following = at_ + 1 < encoded_.size() ? byte(at_ + 1) : 0;
      const bool pixels = following == 0 || (following >= kRestart0 && following <= kRestart7);
      if (!pixels && following != 0xff) return;
      at_ += pixels ? 2 : 1;
    }
    at_ = encoded_.size();
  }

  std::size_t at() const { return at_; }
  std::size_t begins() const { return begins_; }  // of the last marker

 private:
  int byte(std::size_t at) const { return std::to_integer<int>(encoded_[at]); }
  Encoded encoded_;
  std::size_t at_, begins_ = 0;
};

Result<void> read_frame(const Segment& segment, JpegHeader& header) {
  const Encoded frame = segment.content;
  constexpr std::size_t kFixed = 6, kPerComponent = 3;
  if (frame.size() < kFixed) return corrupt("damaged JPEG: its frame header is too short");
  header.process = segment.marker == kJpegLsFrame ? 55 : segment.marker - 0xc0;
  header.precision = static_cast<int>(big_endian(frame, 0, 1));
  header.size = {static_cast<int>(big_endian(frame, 3, 2)), static_cast<int>(big_endian(frame, 1, 2))};
  header.components = static_cast<int>(big_endian(frame, 5, 1));
  if (frame.size() < kFixed + kPerComponent * static_cast<std::size_t>(header.components))
    return corrupt("damaged JPEG: its frame header is too short");
  const auto known = std::min<std::size_t>(static_cast<std::size_t>(header.components), header.component_ids.size());
  for (std::size_t i = 0; i < known; ++i)
    header.component_ids[i] = static_cast<int>(big_endian(frame, kFixed + kPerComponent * i, 1));
  return {};
}

// The multi-picture format's index (CIPA DC-007): a directory with an entry of 16 bytes a picture.
class PictureIndex {
 public:
  explicit PictureIndex(Encoded block) : block_(block), big_(has_text_at(block, 0, "MM")) {}

  void read(JpegHeader& header) const {
    constexpr std::uint32_t kEntries = 0xb002;
    const auto directory = number(4, 4);
    const auto count = directory ? number(*directory, 2) : std::nullopt;
    for (std::size_t i = 0; count && i < *count; ++i) {
      const std::size_t at = *directory + 2 + 12 * i;
      if (number(at, 2) != kEntries) continue;
      const auto bytes = number(at + 4, 4), offset = number(at + 8, 4);
      if (bytes && offset) read_entries(*offset, *bytes / 16, header);
    }
  }

 private:
  std::optional<std::uint32_t> number(std::size_t at, std::size_t bytes) const {
    if (at > block_.size() || block_.size() - at < bytes) return std::nullopt;
    if (big_) return big_endian(block_, at, bytes);
    std::uint32_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | std::to_integer<std::uint32_t>(block_[at + i]);
    return value;
  }

  void read_entries(std::size_t at, std::size_t count, JpegHeader& header) const {
    constexpr std::uint32_t kClass = 0xff0000, kPreview = 0x010000;
    for (std::size_t i = 1; i < count; ++i) {  // the first is the picture itself
      const auto attributes = number(at + 16 * i, 4);
      if (!attributes) return;
      const bool preview = (*attributes & kClass) == kPreview;
      header.has_previews |= preview;
      header.other_pictures += !preview;
    }
  }

  Encoded block_;
  bool big_;
};

void read_application_data(const Segment& segment, bool& orientation_known, JpegHeader& header) {
  constexpr std::string_view kExif("Exif\0\0", 6), kIndex("MPF\0", 4);
  if (segment.marker == kApp1 && !orientation_known && has_text_at(segment.content, 0, kExif)) {
    header.orientation = exif_orientation(segment.content.subspan(kExif.size()));
    orientation_known = true;
  }
  if (segment.marker == kApp2 && has_text_at(segment.content, 0, kIndex))
    PictureIndex(segment.content.subspan(kIndex.size())).read(header);
}

std::string_view name_of_process(int process) {
  switch (process) {
    case 3:
      return "a lossless JPEG";
    case 11:
      return "a lossless JPEG with arithmetic coding";
    case 55:
      return "a JPEG-LS picture";
    case 5:
    case 6:
    case 7:
    case 13:
    case 14:
    case 15:
      return "a hierarchical JPEG";
    default:
      return "";
  }
}

// Which parts of a picture its scans have brought.
class Scans {
 public:
  explicit Scans(const JpegHeader& header) : header_(header) {
    for (auto& component : missing_bits_) component.fill(kNothing);
  }

  void add(Encoded scan) {
    const std::size_t components = scan.empty() ? 0 : big_endian(scan, 0, 1);
    if (scan.size() < 4 + 2 * components) return;
    const std::size_t tail = 1 + 2 * components;
    const std::size_t first = big_endian(scan, tail, 1),
                      last = std::min<std::size_t>(big_endian(scan, tail + 1, 1), 63);
    const bool progressive = is_progressive();
    for (std::size_t i = 0; i < components; ++i) {
      const auto found = std::ranges::find(header_.component_ids, static_cast<int>(big_endian(scan, 1 + 2 * i, 1)));
      if (found == header_.component_ids.end()) continue;
      auto& missing = missing_bits_[static_cast<std::size_t>(found - header_.component_ids.begin())];
      for (std::size_t k = progressive ? first : 0; k <= (progressive ? last : 63); ++k)
        missing[k] = progressive ? static_cast<int>(big_endian(scan, tail + 2, 1) & 0xf) : 0;
    }
  }

  bool are_complete() const {
    for (int i = 0; i < std::min(header_.components, 4); ++i) {
      const auto& missing = missing_bits_[static_cast<std::size_t>(i)];
      if (std::ranges::any_of(missing, [](int bits) { return bits != 0; })) return false;
    }
    return true;
  }

 private:
  static constexpr int kNothing = -1;
  bool is_progressive() const { return header_.process == 2 || header_.process == 10; }
  const JpegHeader& header_;
  std::array<std::array<int, 64>, 4> missing_bits_{};  // of each component's coefficients
};

}  // namespace

Result<JpegHeader> read_jpeg_header(Encoded encoded) {
  MarkerReader markers(encoded, 2);
  JpegHeader header;
  bool has_frame = false, orientation_known = false;
  while (true) {
    LINEGUARD_ASSIGN(const Segment segment, markers.next());
    if (is_frame(segment.marker)) {
      if (has_frame) return corrupt("damaged JPEG: it has two frames");
      LINEGUARD_TRY(read_frame(segment, header));
      has_frame = true;
    }
    if (segment.marker == kEndOfImage || segment.marker == kStartOfImage)
      return corrupt("damaged JPEG: there is no picture in it");
    read_application_data(segment, orientation_known, header);
    if (segment.marker != kStartOfScan) continue;
    if (!has_frame) return corrupt("damaged JPEG: there is no picture in it");
    header.scans_at = markers.begins();
    return header;
  }
}

Result<void> check_kind(const JpegHeader& header) {
  constexpr std::string_view kAdvice = "save it as 8-bit JPEG, as PNG or as TIFF";
  if (const auto name = name_of_process(header.process); !name.empty())
    return unsupported(fmt::format("{} ({} bit), which is not read: {}", name, header.precision, kAdvice));
  if (header.precision != 8)
    return unsupported(
        fmt::format("a JPEG of {} bits a sample; 8 are read: save it as 16-bit PNG or TIFF", header.precision));
  if (header.components == 4) return unsupported("a CMYK JPEG; expected gray or colour: save it as RGB");
  if (header.components != 1 && header.components != 3) {
    return unsupported(
        fmt::format("a JPEG of {} channels; expected 1 (gray) or 3 (colour): {}", header.components, kAdvice));
  }
  if (header.size.height_px == 0)
    return unsupported(fmt::format("a JPEG whose height stands behind its pixels: {}", kAdvice));
  if (header.other_pictures > 0) {
    return unsupported(
        fmt::format("a JPEG of {} pictures (multi-picture format): only the first would be judged. Save each as a file "
                    "of its own",
                    header.other_pictures + 1));
  }
  return {};
}

Result<std::size_t> find_end(Encoded encoded, const JpegHeader& header) {
  MarkerReader markers(encoded, header.scans_at);
  Scans scans(header);
  while (true) {
    LINEGUARD_ASSIGN(const Segment segment, markers.next());
    if (segment.marker == kEndOfImage) break;
    if (segment.marker == kStartOfImage || is_frame(segment.marker))
      return corrupt("damaged JPEG: another picture begins before this one ends");
    if (segment.marker != kStartOfScan) continue;
    scans.add(segment.content);
    markers.pass_scan();
  }
  if (!scans.are_complete()) return corrupt("truncated JPEG: some of its scans are missing");
  return markers.at();
}

bool holds_jpeg(Encoded data) {
  constexpr std::string_view kStart = "\xff\xd8\xff";
  constexpr int kMostTried = 1000;  // each is a walk over some headers
  const std::string_view text(reinterpret_cast<const char*>(data.data()), data.size());
  std::size_t at = text.find(kStart);
  for (int tried = 0; at != text.npos && tried < kMostTried; ++tried, at = text.find(kStart, at + 1)) {
    if (read_jpeg_header(data.subspan(at))) return true;
  }
  return false;
}

}  // namespace lineguard::imaging
