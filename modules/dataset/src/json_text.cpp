#include "json_text.h"

#include "files/folder.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/json_limits.h>

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

// Keeps nothing but what is wrong; of a number that is too large the library itself does not say where it stands.
class SyntaxCheck final : public nlohmann::json_sax<Json> {
 public:
  explicit SyntaxCheck(std::string_view text) : text_(text) {}
  const std::string& problem() const { return problem_; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(Json::binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(std::string&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }

  bool parse_error(std::size_t position, const std::string&, const Json::exception& error) override {
    problem_ = error.what();
    if (dynamic_cast<const Json::parse_error*>(&error) != nullptr) return false;
    const std::string_view before = text_.substr(0, position);
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto column = before.size() - (before.rfind('\n') + 1);  // npos + 1 is 0
    problem_ = fmt::format("line {}, column {}: {}", line, column, problem_);
    return false;
  }

 private:
  std::string_view text_;
  std::string problem_;
};

}  // namespace

Result<JsonText> checked_json(std::string_view file) {
  file = without_byte_order_mark(file);
  LINEGUARD_TRY(check_json_limits(file, limits::kDatasetJson));
  SyntaxCheck check(file);
  if (!Json::sax_parse(file, &check)) return make_error(ErrorCode::corrupt_data, check.problem());
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
