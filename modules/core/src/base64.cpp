#include <algorithm>
#include <cctype>

#include <openssl/evp.h>

#include <lineguard/core/base64.h>

namespace lineguard {
namespace {

// The library counts in int: longer input goes in pieces, whole groups each.
constexpr std::size_t kPieceBytes = 3u << 20, kPieceChars = 4u << 20;

}  // namespace

std::string encode_base64(std::span<const std::byte> bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3), '\0');
  for (std::size_t from = 0, to = 0; from < bytes.size(); from += kPieceBytes, to += kPieceChars) {
    const auto piece = bytes.subspan(from, std::min(kPieceBytes, bytes.size() - from));
    // Writes a closing zero, which std::string has room for.
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data() + to),
                    reinterpret_cast<const unsigned char*>(piece.data()), static_cast<int>(piece.size()));
  }
  return text;
}

Result<Bytes> decode_base64(std::string_view text) {
  const Error wrong = make_error(ErrorCode::corrupt_data, "not base64: expected A-Z a-z 0-9 + / in groups of four");
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  // The library passes over blanks at both ends; "=" may stand at the very end only.
  const auto outside = [](char c) { return !(std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '/'); };
  if (text.size() % 4 != 0 || std::ranges::any_of(text.substr(0, text.size() - padding), outside)) return wrong;
  Bytes bytes(text.size() / 4 * 3);
  for (std::size_t from = 0, to = 0; from < text.size(); from += kPieceChars, to += kPieceBytes) {
    const std::string_view piece = text.substr(from, kPieceChars);
    if (EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data() + to),
                        reinterpret_cast<const unsigned char*>(piece.data()), static_cast<int>(piece.size())) < 0) {
      return wrong;
    }
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

}  // namespace lineguard
