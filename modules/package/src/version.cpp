#include <algorithm>
#include <regex>

#include <lineguard/core/files.h>
#include <lineguard/package/package.h>
#include <lineguard/package/version.h>

namespace lineguard::package {
namespace fs = std::filesystem;

std::string default_name(const fs::path& out) {
  fs::path clean = out.lexically_normal();
  if (!clean.has_filename()) clean = clean.parent_path();
  return std::regex_replace(clean.filename().string(), std::regex("[-_.]v?[0-9]+$"), "");
}

std::int64_t next_version(const fs::path& out, const std::string& name) {
  fs::path clean = fs::absolute(out).lexically_normal();
  if (!clean.has_filename()) clean = clean.parent_path();
  std::int64_t highest = 0;
  std::error_code code;
  for (fs::directory_iterator it(clean.parent_path(), code), end; !code && it != end; it.increment(code)) {
    if (is_staging(it->path()) || !fs::exists(it->path() / "manifest.toml", code)) continue;
    const auto manifest = read_manifest(it->path());
    if (manifest && manifest->name == name) highest = std::max(highest, manifest->version);
  }
  return highest + 1;
}

}  // namespace lineguard::package
