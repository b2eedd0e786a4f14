#include "json_text.h"

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

namespace lineguard::dataset {
namespace {

using Json = nlohmann::json;

// Goes through text that is known to be JSON.
class Cursor {
 public:
  explicit Cursor(const JsonText& json) : text_(json.text), line_(json.line) {}

  // What stands there; spaces are passed.
  char next() {
    for (; at_ < text_.size() && is_space(text_[at_]); ++at_) line_ += text_[at_] == '\n';
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  // Passes `mark` where it is what stands there.
  bool pass(char mark) {
    if (next() != mark) return false;
    ++at_;
    return true;
  }

  JsonText value() {
    const char first = next();
    const std::size_t from = at_, line = line_;
    if (first == '"') {
      pass_string();
    } else if (first == '{' || first == '[') {
      pass_nested();
    } else {
      at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    }
    return {text_.substr(from, at_ - from), line};
  }

 private:
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

  void pass_string() {
    for (++at_; text_[at_] != '"'; ++at_) at_ += text_[at_] == '\\';
    ++at_;
  }

  void pass_nested() {
    std::size_t depth = 0;
    do {
      const char c = text_[at_];
      if (c == '"') {
        pass_string();
        continue;
      }
      depth += c == '{' || c == '[';
      depth -= c == '}' || c == ']';
      line_ += c == '\n';
      ++at_;
    } while (depth > 0);
  }

  std::string_view text_;
  std::size_t at_ = 0, line_;
};

}  // namespace

Result<JsonText> checked_json(std::string_view file) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (file.starts_with(kByteOrderMark)) file.remove_prefix(kByteOrderMark.size());
  try {
    const Json dropped = Json::parse(file, [](int, Json::parse_event_t, const Json&) { return false; });
  } catch (const Json::exception& error) {
    return make_error(ErrorCode::corrupt_data, error.what());
  }
  return Cursor({file}).value();
}

std::optional<JsonText> member_of(const JsonText& object, std::string_view name) {
  std::optional<JsonText> found;
  Cursor at(object);
  if (!at.pass('{')) return found;
  while (!at.pass('}')) {
    const JsonText key = at.value();
    at.pass(':');
    const JsonText value = at.value();
    at.pass(',');
    if (Json::parse(key.text).get_ref<const std::string&>() == name) found = value;
  }
  return found;
}

void for_each_entry(const JsonText& list, const std::function<void(const JsonText&)>& take) {
  Cursor at(list);
  at.pass('[');
  while (!at.pass(']')) {
    take(at.value());
    at.pass(',');
  }
}

}  // namespace lineguard::dataset
