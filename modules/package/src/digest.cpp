#include "without_digest_line.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/package/package.h>

namespace lineguard::package {
namespace fs = std::filesystem;
namespace {

bool outside_digest(const fs::path& relative) {
  const std::string first = relative.begin()->string();
  return first == "operating_points" || first == "acceptance" || first == "search";
}

Result<std::vector<std::string>> digested_files(const fs::path& package) {
  std::vector<std::string> files;
  std::error_code code;
  for (fs::recursive_directory_iterator it(package, code), end; !code && it != end; it.increment(code)) {
    const fs::path relative = it->path().lexically_relative(package);
    if (it->is_regular_file(code) && !outside_digest(relative)) files.push_back(relative.generic_string());
  }
  if (code) return error_from_errno(code.value(), "cannot read the package " + package.string());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::string without_digest_line(const std::string& text) {
  const std::size_t start = text.find("digest = ");
  if (start == std::string::npos || (start > 0 && text[start - 1] != '\n')) return text;
  const std::size_t end = text.find('\n', start);
  return text.substr(0, start) + (end == std::string::npos ? "" : text.substr(end + 1));
}

Result<std::string> compute_digest(const fs::path& package) {
  LINEGUARD_ASSIGN(const auto files, digested_files(package));
  Sha256 sha;
  for (const std::string& file : files) {
    std::string file_digest;
    if (file == "manifest.toml") {
      LINEGUARD_ASSIGN(const std::string text, read_text_file(package / file));
      file_digest = sha256_hex(without_digest_line(text));
    } else {
      LINEGUARD_ASSIGN(file_digest, sha256_hex_of_file(package / file));
    }
    sha.add(fmt::format("{} {}\n", file_digest, file));
  }
  return sha.finish_hex();
}

Result<void> verify_digest(const fs::path& package, const Manifest& manifest) {
  LINEGUARD_ASSIGN(const std::string found, compute_digest(package));
  if (found == manifest.digest) return {};
  return make_error(
      ErrorCode::corrupt_data,
      fmt::format("{}: the package was changed since it was made: its files have the digest {}, its manifest "
                  "says {}. Restore it from where it was released",
                  package.string(), found, manifest.digest));
}

}  // namespace lineguard::package
