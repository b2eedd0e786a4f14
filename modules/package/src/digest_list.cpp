#include "digest_list.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace lineguard::package {
namespace {

constexpr std::size_t kDigestLength = 64;

bool is_digest(std::string_view line) {
  return line.size() == kDigestLength && line.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::string list_of_digests(const std::set<std::string>& digests) {
  std::string text;
  for (const std::string& digest : digests) text += digest + "\n";
  return text;
}

Result<std::set<std::string>> parse_digests(const std::string& text, const std::filesystem::path& file) {
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

}  // namespace lineguard::package
