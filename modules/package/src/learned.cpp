// Lists of pictures in a package, a digest a line: learned.sha256, held_out.sha256, operating_points/<id>.sha256.
#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/package/cross_fitted.h>
#include <lineguard/package/package.h>

namespace lineguard::package {
namespace {

constexpr std::string_view kLearned = "learned.sha256", kHeldOut = "held_out.sha256";
constexpr std::size_t kDigestLength = 64;

bool is_digest(std::string_view line) {
  return line.size() == kDigestLength && line.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<std::set<std::string>> read_digests(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::set<std::string>();
  LINEGUARD_ASSIGN(const std::string text, read_text_file(file));
  std::set<std::string> digests;
  for (std::size_t from = 0, number = 1; from < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    std::string line = text.substr(from, end - from);
    if (!is_digest(line)) {
      return make_error(ErrorCode::corrupt_data,
                        fmt::format("{}:{}: 64 hexadecimal digits were expected", file.string(), number));
    }
    digests.insert(std::move(line));
    from = end + 1;
  }
  return digests;
}

Result<void> write_digests(const std::filesystem::path& file, const std::set<std::string>& digests) {
  std::string text;
  for (const std::string& digest : digests) text += digest + "\n";
  return write_file_atomically(file, text);
}

std::filesystem::path chosen_on_file(const std::filesystem::path& package, const std::string& operating_point) {
  return package / "operating_points" / (operating_point + ".sha256");
}

}  // namespace

Result<std::set<std::string>> read_learned(const std::filesystem::path& package) {
  return read_digests(package / kLearned);
}

Result<void> write_learned(const std::filesystem::path& package, const std::set<std::string>& digests) {
  return write_digests(package / kLearned, digests);
}

Result<std::set<std::string>> read_held_out(const std::filesystem::path& package) {
  return read_digests(package / kHeldOut);
}

Result<void> write_held_out(const std::filesystem::path& package, const std::set<std::string>& digests) {
  return write_digests(package / kHeldOut, digests);
}

Result<std::set<std::string>> read_chosen_on(const std::filesystem::path& package, const std::string& operating_point) {
  return read_digests(chosen_on_file(package, operating_point));
}

Result<void> write_chosen_on(const std::filesystem::path& package, const std::string& operating_point,
                             const std::set<std::string>& digests) {
  LINEGUARD_TRY(validate_name(operating_point));
  return write_digests(chosen_on_file(package, operating_point), digests);
}

}  // namespace lineguard::package
