#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include <lineguard/core/text_limits.h>

namespace lineguard {
namespace {

// What was counted so far, against what is allowed.
class Counter {
 public:
  Counter(std::string_view language, const limits::Nesting& allowed) : language_(language), allowed_(allowed) {}

  Result<void> check_bytes(std::size_t bytes) const {
    return bytes > allowed_.bytes ? beyond("more bytes", allowed_.bytes, "bytes") : Result<void>{};
  }
  Result<void> check_depth(std::size_t depth) const {
    return depth > allowed_.depth ? beyond("deeper nesting", allowed_.depth, "levels") : Result<void>{};
  }
  Result<void> add_value() {
    return ++values_ > allowed_.values ? beyond("more values", allowed_.values, "values") : Result<void>{};
  }

 private:
  Result<void> beyond(std::string_view what, std::size_t allowed, std::string_view unit) const {
    return make_error(ErrorCode::too_large,
                      fmt::format("the {} has {} than the {} {} allowed", language_, what, allowed, unit));
  }

  std::string_view language_;
  const limits::Nesting& allowed_;
  std::size_t values_ = 0;
};

std::size_t position_behind(std::string_view text, std::string_view end, std::size_t from) {
  const std::size_t found = text.find(end, from);
  return found == text.npos ? text.size() : found + end.size();
}

// Behind the TOML string that begins at `at`, of one line or several.
std::size_t end_of_toml_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string_view three = quote == '"' ? "\"\"\"" : "'''";
  const bool several_lines = text.substr(at).starts_with(three);
  const std::string_view end = several_lines ? three : three.substr(0, 1);
  for (at += end.size(); at < text.size(); ++at) {
    if (text.substr(at).starts_with(end)) {
      at += end.size();
      // Up to two quotes in front of the three that close belong to the text.
      for (int i = 0; several_lines && i < 2 && at < text.size() && text[at] == quote; ++i) ++at;
      return at;
    }
    if (text[at] == '\n' && !several_lines) return at;
    if (text[at] == '\\' && quote == '"') ++at;
  }
  return text.size();
}

// Behind the tag that begins at `at`; counts its attributes.
Result<std::size_t> end_of_tag(std::string_view text, std::size_t at, Counter& counter) {
  for (; at < text.size() && text[at] != '>'; ++at) {
    if (text[at] == '=') LINEGUARD_TRY(counter.add_value());
    if (text[at] == '"' || text[at] == '\'') at = std::min(text.find(text[at], at + 1), text.size());
  }
  return std::min(at + 1, text.size());
}

// The columns at which a YAML line's values begin: its indentation, and behind each "- " and "? ".
std::vector<std::size_t> columns_of(std::string_view line, std::size_t most) {
  std::vector<std::size_t> columns;
  std::size_t at = line.find_first_not_of(' ');
  while (at != line.npos && columns.size() < most + 2) {
    columns.push_back(at);
    const bool compact = (line[at] == '-' || line[at] == '?') && at + 1 < line.size() && line[at + 1] == ' ';
    at = compact ? line.find_first_not_of(' ', at + 1) : line.npos;
  }
  return columns;
}

}  // namespace

Result<void> check_toml_limits(std::string_view text, const limits::Nesting& allowed) {
  Counter counter("TOML", allowed);
  LINEGUARD_TRY(counter.check_bytes(text.size()));
  std::size_t depth = 0, dots = 0;  // brackets that are open; dots of the key at hand
  for (std::size_t at = 0; at < text.size(); ++at) {
    switch (text[at]) {
      case '#':
        at = std::min(text.find('\n', at), text.size()) - 1;
        break;
      case '"':
      case '\'':
        at = end_of_toml_string(text, at) - 1;
        break;
      case '[':
      case '{':
        dots = 0;
        LINEGUARD_TRY(counter.check_depth(++depth));
        LINEGUARD_TRY(counter.add_value());
        break;
      case ']':
      case '}':
        if (depth > 0) --depth;
        dots = 0;
        break;
      case '.':
        LINEGUARD_TRY(counter.check_depth(depth + ++dots));
        break;
      case '=':
      case ',':
        LINEGUARD_TRY(counter.add_value());
        [[fallthrough]];
      case '\n':
        dots = 0;
        break;
      default:
        break;
    }
  }
  return {};
}

Result<void> check_xml_limits(std::string_view text, const limits::Nesting& allowed) {
  Counter counter("XML", allowed);
  LINEGUARD_TRY(counter.check_bytes(text.size()));
  if (text.find('\0') != text.npos)
    return make_error(ErrorCode::unsupported, "the XML is not in UTF-8 (it holds NUL bytes): save it as UTF-8");
  std::size_t depth = 0;
  for (std::size_t at = text.find('<'); at < text.size(); at = text.find('<', at)) {
    const std::string_view rest = text.substr(at);
    LINEGUARD_TRY(counter.add_value());
    if (rest.starts_with("<!--")) {
      at = position_behind(text, "-->", at + 4);
    } else if (rest.starts_with("<![CDATA[")) {
      at = position_behind(text, "]]>", at);
    } else if (rest.starts_with("<?")) {
      at = position_behind(text, "?>", at);
    } else if (rest.starts_with("<!")) {
      const std::size_t end = text.find_first_of("[>", at);
      if (end < text.size() && text[end] == '[')
        return make_error(ErrorCode::unsupported, "the XML declares entities of its own, which are not read");
      at = std::min(end, text.size());
    } else {
      const bool closes = rest.starts_with("</");
      LINEGUARD_ASSIGN(at, end_of_tag(text, at + 1, counter));
      if (closes && depth > 0) --depth;
      if (!closes && at >= 2 && text[at - 2] != '/') LINEGUARD_TRY(counter.check_depth(++depth));
    }
  }
  return {};
}

Result<void> check_yaml_limits(std::string_view text, const limits::Nesting& allowed) {
  Counter counter("YAML", allowed);
  LINEGUARD_TRY(counter.check_bytes(text.size()));
  std::vector<std::size_t> open;  // columns of the blocks that are open
  std::size_t brackets = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    LINEGUARD_TRY(counter.add_value());
    const auto columns = columns_of(line, allowed.depth);
    while (!columns.empty() && !open.empty() && open.back() >= columns.front()) open.pop_back();
    open.insert(open.end(), columns.begin(), columns.end());
    const std::size_t blocks = open.empty() ? 0 : open.size() - 1;
    LINEGUARD_TRY(counter.check_depth(blocks));
    for (const char letter : line) {
      if (letter == ',' || letter == ':') LINEGUARD_TRY(counter.add_value());
      if (letter == '[' || letter == '{') LINEGUARD_TRY(counter.check_depth(blocks + ++brackets));
      if ((letter == ']' || letter == '}') && brackets > 0) --brackets;
    }
  }
  return {};
}

}  // namespace lineguard
