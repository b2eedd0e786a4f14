// PBM, PGM and PPM (P1 to P6): a header in letters, then the samples in letters or bytes.
#include "formats.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include <fmt/format.h>

namespace lineguard::imaging {
namespace {

struct Header {
  char kind = 0;  // '1' to '6'
  int width = 0, height = 0, most = 1;
  std::size_t pixels_at = 0;

  bool is_bits() const { return kind == '1' || kind == '4'; }
  bool in_letters() const { return kind <= '3'; }
  int channels() const { return kind == '3' || kind == '6' ? 3 : 1; }
  PixelDepth depth() const { return most > 255 ? PixelDepth::u16 : PixelDepth::u8; }
  std::size_t row_samples() const { return static_cast<std::size_t>(width) * static_cast<std::size_t>(channels()); }
};

class Letters {
 public:
  Letters(Encoded encoded, std::size_t at) : encoded_(encoded), at_(at) {}

  // A number behind blanks and comments; none where something else stands or the file ends.
  std::optional<int> number() {
    pass_blanks();
    constexpr int kMost = 100'000'000;  // one more digit fits
    int value = 0;
    const std::size_t from = at_;
    for (; at_ < encoded_.size() && std::isdigit(letter()) != 0; ++at_) {
      if (value >= kMost) return std::nullopt;
      value = 10 * value + (letter() - '0');
    }
    return at_ > from ? std::optional(value) : std::nullopt;
  }
  // Of a PBM in letters, where digits need no blanks between them.
  std::optional<int> bit() {
    pass_blanks();
    if (at_ >= encoded_.size() || (letter() != '0' && letter() != '1')) return std::nullopt;
    return letter() == '0' ? (++at_, 0) : (++at_, 1);
  }
  std::size_t at() const { return at_; }

 private:
  int letter() const { return std::to_integer<int>(encoded_[at_]); }
  void pass_blanks() {
    bool comment = false;
    for (; at_ < encoded_.size(); ++at_) {
      comment = letter() == '#' || (comment && letter() != '\n');
      if (!comment && std::isspace(letter()) == 0) return;
    }
  }
  Encoded encoded_;
  std::size_t at_;
};

Result<Header> read_header(Encoded encoded) {
  Header header;
  header.kind = static_cast<char>(encoded[1]);
  Letters letters(encoded, 2);
  const auto width = letters.number(), height = letters.number();
  const auto most = header.is_bits() ? std::optional(1) : letters.number();
  constexpr int kLargest = 65'535;
  if (!width || !height || !most || *width < 1 || *height < 1 || *most < 1 || *most > kLargest)
    return corrupt("damaged PGM or PPM: expected width, height and the largest value, 1 to 65535");
  header.width = *width;
  header.height = *height;
  header.most = *most;
  header.pixels_at = letters.at() + 1;  // one blank
  return header;
}

// Bits are 1 for black; up to 8 bits are spread to 0 to 255; more are left as they are.
int value_of(const Header& header, int sample) {
  if (header.is_bits()) return sample == 0 ? 255 : 0;
  return header.most < 255 ? sample * 255 / header.most : sample;
}

void store(Image& image, std::size_t at, int y, int value) {
  if (image.depth() == PixelDepth::u16)
    image.row_u16(y)[at] = static_cast<std::uint16_t>(value);
  else
    image.row_u8(y)[at] = static_cast<std::uint8_t>(value);
}

Result<std::size_t> read_letters(Encoded encoded, const Header& header, Image& image) {
  Letters letters(encoded, header.pixels_at - 1);
  for (int y = 0; y < header.height; ++y) {
    for (std::size_t i = 0; i < header.row_samples(); ++i) {
      const auto sample = header.is_bits() ? letters.bit() : letters.number();
      if (!sample) return corrupt("truncated PGM or PPM: pixels are missing");
      if (*sample > header.most) return corrupt("damaged PGM or PPM: a sample above the largest value it says");
      store(image, i, y, value_of(header, *sample));
    }
  }
  return letters.at();
}

Result<std::size_t> read_bytes(Encoded encoded, const Header& header, Image& image) {
  const std::size_t sample_bytes = header.most > 255 ? 2 : 1;
  const std::size_t row_bytes =
      header.is_bits() ? (static_cast<std::size_t>(header.width) + 7) / 8 : header.row_samples() * sample_bytes;
  const std::size_t bytes = row_bytes * static_cast<std::size_t>(header.height);
  if (encoded.size() < header.pixels_at || encoded.size() - header.pixels_at < bytes)
    return corrupt("truncated PGM or PPM: pixels are missing");
  for (int y = 0; y < header.height; ++y) {
    const std::size_t row = header.pixels_at + row_bytes * static_cast<std::size_t>(y);
    for (std::size_t i = 0; i < header.row_samples(); ++i) {
      const int sample = header.is_bits() ? static_cast<int>(big_endian(encoded, row + i / 8, 1) >> (7 - i % 8) & 1)
                                          : static_cast<int>(big_endian(encoded, row + i * sample_bytes, sample_bytes));
      if (sample > header.most) return corrupt("damaged PGM or PPM: a sample above the largest value it says");
      store(image, i, y, value_of(header, sample));
    }
  }
  return header.pixels_at + bytes;
}

}  // namespace

bool is_netpbm(Encoded encoded) {
  return encoded.size() > 2 && encoded[0] == std::byte{'P'} && encoded[1] >= std::byte{'1'} &&
         encoded[1] <= std::byte{'6'} && std::isspace(std::to_integer<int>(encoded[2])) != 0;
}

Result<PictureInfo> netpbm_info(Encoded encoded) {
  LINEGUARD_ASSIGN(const Header header, read_header(encoded));
  PictureInfo info;
  info.format = Format::netpbm;
  info.size = {header.width, header.height};
  info.channels = header.channels();
  info.depth = header.depth();
  return info;
}

Result<Image> decode_netpbm(Encoded encoded, const PictureInfo& info) {
  LINEGUARD_ASSIGN(const Header header, read_header(encoded));
  Image image(info.size, info.channels, info.depth);
  LINEGUARD_ASSIGN(const std::size_t end,
                   header.in_letters() ? read_letters(encoded, header, image) : read_bytes(encoded, header, image));
  const auto rest = std::ranges::find_if(encoded.subspan(end),
                                         [](std::byte b) { return std::isspace(std::to_integer<int>(b)) == 0; });
  const Encoded behind(rest, encoded.end());
  if (is_netpbm(behind))
    return unsupported(
        "a PGM or PPM of several pictures: only the first would be judged. Save each as a file of its own");
  LINEGUARD_TRY(refuse_second_picture(behind));
  return image;
}

}  // namespace lineguard::imaging
