#include <fmt/format.h>

#include <lineguard/core/json_limits.h>

namespace lineguard {
namespace {

Error beyond(std::string_view what, std::size_t allowed, std::string_view unit) {
  return make_error(ErrorCode::too_large, fmt::format("the JSON has {} than the {} {} allowed", what, allowed, unit));
}

// The position behind the string that begins at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

}  // namespace

Result<void> check_json_limits(std::string_view text, const limits::Nesting& allowed) {
  if (text.size() > allowed.bytes) return beyond("more bytes", allowed.bytes, "bytes");
  std::size_t depth = 0, values = 1;
  for (std::size_t at = 0; at < text.size();) {
    switch (text[at]) {
      case '"':
        at = end_of_string(text, at);
        continue;
      case '[':
      case '{':
        if (++depth > allowed.depth) return beyond("deeper nesting", allowed.depth, "levels");
        [[fallthrough]];
      case ',':
        if (++values > allowed.values) return beyond("more values", allowed.values, "values");
        break;
      case ']':
      case '}':
        if (depth > 0) --depth;
        break;
      default:
        break;
    }
    ++at;
  }
  return {};
}

}  // namespace lineguard
