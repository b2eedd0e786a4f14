#include "damage.h"
#include "file_list.h"
#include "without_digest_line.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

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

// Of every file that counts, by name.
Result<std::map<std::string, std::string>> file_digests(const fs::path& package) {
  LINEGUARD_ASSIGN(const auto files, digested_files(package));
  std::map<std::string, std::string> digests;
  for (const std::string& file : files) {
    if (file == "manifest.toml") {
      LINEGUARD_ASSIGN(const std::string text, read_text_file(package / file));
      digests[file] = sha256_hex(without_digest_line(text));
    } else {
      LINEGUARD_ASSIGN(digests[file], sha256_hex_of_file(package / file));
    }
  }
  return digests;
}

std::map<std::string, std::string> listed_digests(const std::string& text) {
  std::map<std::string, std::string> digests;
  for (std::size_t start = 0, end = 0; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
    const std::string line = text.substr(start, end - start);
    if (const auto gap = line.find("  "); gap != std::string::npos) digests[line.substr(gap + 2)] = line.substr(0, gap);
  }
  return digests;
}

// In words, for a message.
Result<std::string> what_changed(const fs::path& package) {
  const auto text = read_text_file(package / kFileList);
  if (!text && text.error().code == ErrorCode::not_found)
    return fmt::format(" (\"{}\" is missing, or the package is older than that list)", kFileList);
  if (!text) return as_damage(text).error();
  LINEGUARD_ASSIGN(auto found, file_digests(package));
  found.erase("manifest.toml");
  found.erase(std::string(kFileList));
  const auto listed = listed_digests(*text);
  std::vector<std::string> changes;
  for (const auto& [file, digest] : listed) {
    const auto at = found.find(file);
    if (at == found.end()) changes.push_back(fmt::format("\"{}\" is missing", file));
    if (at != found.end() && at->second != digest) changes.push_back(fmt::format("\"{}\" is another", file));
  }
  for (const auto& [file, digest] : found) {
    if (!listed.contains(file)) changes.push_back(fmt::format("\"{}\" was added", file));
  }
  if (changes.empty()) changes.push_back(fmt::format("\"manifest.toml\" or \"{}\" is another", kFileList));
  return fmt::format(" ({})", fmt::join(changes, ", "));
}

}  // namespace

std::string without_digest_line(const std::string& text) {
  const std::size_t start = text.find("digest = ");
  if (start == std::string::npos || (start > 0 && text[start - 1] != '\n')) return text;
  const std::size_t end = text.find('\n', start);
  return text.substr(0, start) + (end == std::string::npos ? "" : text.substr(end + 1));
}

Result<std::string> compute_digest(const fs::path& package) {
  LINEGUARD_ASSIGN(const auto digests, file_digests(package));
  Sha256 sha;
  for (const auto& [file, digest] : digests) sha.add(fmt::format("{} {}\n", digest, file));
  return sha.finish_hex();
}

Result<void> write_file_list(const fs::path& package) {
  LINEGUARD_ASSIGN(auto digests, file_digests(package));
  digests.erase("manifest.toml");
  digests.erase(std::string(kFileList));
  std::string text;
  for (const auto& [file, digest] : digests) text += fmt::format("{}  {}\n", digest, file);
  return write_file_atomically(package / kFileList, text);
}

Result<void> verify_digest(const fs::path& package, const Manifest& manifest) {
  LINEGUARD_ASSIGN(const std::string found, compute_digest(package));
  if (found == manifest.digest) return {};
  LINEGUARD_ASSIGN(const std::string which, what_changed(package));
  return make_error(
      ErrorCode::corrupt_data,
      fmt::format("{}: the package was changed since it was made{}: its files have the digest {}, its manifest "
                  "says {}. Restore it from where it was released",
                  package.string(), which, found, manifest.digest));
}

}  // namespace lineguard::package
