#pragma once

#include <string>

namespace lineguard::package {
// `text` without its line `digest = "…"`: what the digest of a TOML file that carries its own is taken over.
std::string without_digest_line(const std::string& text);
}  // namespace lineguard::package
