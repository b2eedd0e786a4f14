// Lists of pictures in a package, a digest a line: learned.sha256 and held_out.sha256.
#include "digest_list.h"

#include <string_view>

#include <lineguard/core/files.h>
#include <lineguard/package/cross_fitted.h>
#include <lineguard/package/package.h>

namespace lineguard::package {
namespace {

constexpr std::string_view kLearned = "learned.sha256", kHeldOut = "held_out.sha256";

Result<std::set<std::string>> read_digests(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::set<std::string>();
  LINEGUARD_ASSIGN(const std::string text, read_text_file(file));
  return parse_digests(text, file);
}

}  // namespace

Result<std::set<std::string>> read_learned(const std::filesystem::path& package) {
  return read_digests(package / kLearned);
}

Result<void> write_learned(const std::filesystem::path& package, const std::set<std::string>& digests) {
  return write_file_atomically(package / kLearned, list_of_digests(digests));
}

Result<std::set<std::string>> read_held_out(const std::filesystem::path& package) {
  return read_digests(package / kHeldOut);
}

Result<void> write_held_out(const std::filesystem::path& package, const std::set<std::string>& digests) {
  return write_file_atomically(package / kHeldOut, list_of_digests(digests));
}

}  // namespace lineguard::package
