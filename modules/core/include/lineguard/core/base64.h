// Bytes as text, RFC 4648 with padding: pictures in HTML, maps and keys in JSON.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard {

std::string encode_base64(std::span<const std::byte> bytes);
// Errors: corrupt_data (a character outside the alphabet, a wrong length or padding; no blanks are allowed).
Result<Bytes> decode_base64(std::string_view text);

}  // namespace lineguard
