// learned.sha256 in a package: a digest a line.
#include "digest_list.h"

#include <string_view>

#include <lineguard/core/files.h>
#include <lineguard/package/package.h>

namespace lineguard::package {
namespace {

constexpr std::string_view kLearned = "learned.sha256";

}  // namespace

Result<std::set<std::string>> read_learned(const std::filesystem::path& package) {
  const auto file = package / kLearned;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::set<std::string>();
  LINEGUARD_ASSIGN(const std::string text, read_text_file(file));
  return parse_digests(text, file);
}

Result<void> write_learned(const std::filesystem::path& package, const std::set<std::string>& digests) {
  return write_file_atomically(package / kLearned, list_of_digests(digests));
}

}  // namespace lineguard::package
