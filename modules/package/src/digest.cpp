#include "file_list.h"
#include "outside_digest.h"
#include "without_digest_line.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/core/words.h>
#include <lineguard/package/contents.h>

namespace lineguard::package {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostNamed = 8;

// Of every file that counts, by name.
std::map<std::string, std::string> file_digests(const PackageContents& contents) {
  std::map<std::string, std::string> digests;
  for (const auto& [name, bytes] : contents.files) {
    if (!outside_digest(name)) digests[name] = digest_of_file(name, *bytes);
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
std::string what_changed(const PackageContents& contents) {
  const auto text = contents.text(kFileList);
  if (!text) return fmt::format(" (\"{}\" is missing, or the package is older than that list)", kFileList);
  auto found = file_digests(contents);
  found.erase("manifest.toml");
  found.erase(std::string(kFileList));
  const auto listed = listed_digests(std::string(*text));
  std::vector<std::string> changes;
  for (const auto& [file, digest] : listed) {
    const auto at = found.find(file);
    if (at == found.end()) changes.push_back(fmt::format("\"{}\" is missing", on_one_line(file, 80)));
    if (at != found.end() && at->second != digest)
      changes.push_back(fmt::format("\"{}\" is another", on_one_line(file, 80)));
  }
  for (const auto& [file, digest] : found) {
    if (!listed.contains(file)) changes.push_back(fmt::format("\"{}\" was added", on_one_line(file, 80)));
  }
  if (changes.size() > kMostNamed) {
    changes.resize(kMostNamed);
    changes.push_back("…");
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

bool outside_digest(const fs::path& relative) {
  const std::string first = relative.begin()->string();
  return first == "operating_points" || first == "acceptance" || first == "search";
}

std::string digest_of_file(std::string_view name, std::span<const std::byte> bytes) {
  if (name != "manifest.toml") return sha256_hex(bytes);
  return sha256_hex(without_digest_line({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
}

Result<std::string> compute_digest(const PackageContents& contents) {
  Sha256 sha;
  for (const auto& [file, digest] : file_digests(contents)) sha.add(fmt::format("{} {}\n", digest, file));
  return sha.finish_hex();
}

Result<std::string> compute_digest(const fs::path& package) {
  LINEGUARD_ASSIGN(const PackageContents contents, read_contents(package));
  return compute_digest(contents);
}

Result<void> write_file_list(const fs::path& package) {
  LINEGUARD_ASSIGN(const PackageContents contents, read_contents(package));
  auto digests = file_digests(contents);
  digests.erase("manifest.toml");
  digests.erase(std::string(kFileList));
  std::string text;
  for (const auto& [file, digest] : digests) text += fmt::format("{}  {}\n", digest, file);
  return write_file_atomically(package / kFileList, text);
}

Result<void> verify_digest(const PackageContents& contents, const Manifest& manifest) {
  LINEGUARD_ASSIGN(const std::string found, compute_digest(contents));
  if (found == manifest.digest) return {};
  return make_error(
      ErrorCode::corrupt_data,
      fmt::format("{}: the package was changed since it was made{}: its files have the digest {}, its manifest "
                  "says {}. Restore it from where it was released",
                  on_one_line(contents.folder.string()), what_changed(contents), found,
                  on_one_line(manifest.digest, 80)));
}

Result<void> verify_digest(const fs::path& package, const Manifest& manifest) {
  LINEGUARD_ASSIGN(const PackageContents contents, read_contents(package));
  return verify_digest(contents, manifest);
}

}  // namespace lineguard::package
