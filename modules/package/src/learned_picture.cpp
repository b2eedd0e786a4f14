#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/depth_window.h>
#include <lineguard/imaging/transform.h>
#include <lineguard/package/learned_picture.h>

namespace lineguard::package {
namespace {

constexpr std::string_view kFile = "learned.csv";
constexpr std::string_view kHeader = "digest,part,look";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kLookBytes = std::size_t{kLookSide} * kLookSide;
constexpr std::size_t kDigestLength = 64;

bool is_hex(std::string_view text) {
  return text.find_first_not_of(kHexDigits) == std::string_view::npos;
}

std::string hex_of(const std::vector<std::uint8_t>& bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) text += {kHexDigits[byte >> 4], kHexDigits[byte & 15]};
  return text;
}

std::vector<std::uint8_t> bytes_of(std::string_view hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(kHexDigits.find(hex[i]) << 4 | kHexDigits.find(hex[i + 1])));
  return bytes;
}

bool names_a_part(const std::string& part, const std::filesystem::path& file) {
  return !part.empty() && part != file.stem().string() && !("/" + file.generic_string()).ends_with("/" + part);
}

bool parse(std::string_view line, LearnedPicture& picture) {
  const std::size_t first = line.find(','), second = line.find(',', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return false;
  const std::string_view digest = line.substr(0, first), part = line.substr(first + 1, second - first - 1);
  const std::string_view look = line.substr(second + 1);
  const bool fits = digest.size() == kDigestLength && (part.empty() || part.size() == kDigestLength) &&
                    (look.empty() || look.size() == 2 * kLookBytes);
  if (!fits || !is_hex(digest) || !is_hex(part) || !is_hex(look)) return false;
  picture = {std::string(digest), std::string(part), bytes_of(look)};
  return true;
}

}  // namespace

std::vector<std::uint8_t> look_of(const Image& image) {
  const Image gray = imaging::for_display(imaging::to_gray(imaging::resize(image, {kLookSide, kLookSide})));
  std::vector<std::uint8_t> look;
  for (int y = 0; y < kLookSide; ++y) {
    for (int x = 0; x < kLookSide; ++x) look.push_back(gray.row_u8(y)[static_cast<std::size_t>(x)]);
  }
  return look;
}

std::string part_digest(const std::filesystem::path& file, const std::string& part) {
  return names_a_part(part, file) ? sha256_hex(part) : std::string();
}

Result<LearnedPicture> describe_picture(const std::filesystem::path& file, const std::string& part) {
  LearnedPicture picture;
  LINEGUARD_ASSIGN(picture.digest, sha256_hex_of_file(file));
  picture.part = part_digest(file, part);
  if (const auto image = imaging::decode_file(file)) picture.look = look_of(*image);
  return picture;
}

Result<std::vector<LearnedPicture>> read_learned_pictures(const std::filesystem::path& package) {
  const auto file = package / kFile;
  std::error_code ignored;
  std::vector<LearnedPicture> pictures;
  if (!std::filesystem::exists(file, ignored)) return pictures;
  LINEGUARD_ASSIGN(const std::string text, read_text_file(file, std::uint64_t{1} << 30));
  const auto damage = [&](std::size_t line) {
    return make_error(ErrorCode::corrupt_data,
                      fmt::format("{}:{}: expected digest, part and look in hexadecimal digits", file.string(), line));
  };
  std::size_t number = 0;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    const std::string_view line = std::string_view(text).substr(from, end - from);
    if (++number == 1 && line != kHeader) return damage(number);
    if (number > 1 && !parse(line, pictures.emplace_back())) return damage(number);
    from = end + 1;
  }
  return pictures;
}

Result<void> write_learned_pictures(const std::filesystem::path& package, const std::vector<LearnedPicture>& pictures) {
  std::string text = fmt::format("{}\n", kHeader);
  for (const LearnedPicture& picture : pictures)
    text += fmt::format("{},{},{}\n", picture.digest, picture.part, hex_of(picture.look));
  return write_file_atomically(package / kFile, text);
}

}  // namespace lineguard::package
