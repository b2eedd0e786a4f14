#include "csv.h"

#include "folder.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include <fmt/format.h>
#include <utf8proc.h>

#include <lineguard/core/limits.h>

namespace lineguard::dataset {
namespace {

constexpr std::string_view kSeparators = ",;\t|";

// Excel's own first line, "sep=;": how many bytes it has in front of its line break; 0: there is none.
std::size_t said_separator(std::string_view text) {
  constexpr std::string_view kWord = "sep=";
  const bool said = text.size() > kWord.size() && to_lower(text.substr(0, kWord.size())) == kWord &&
                    kSeparators.find(text[kWord.size()]) != kSeparators.npos;
  return said ? kWord.size() + 1 : 0;
}

void append_utf8(std::string& text, std::uint32_t letter) {
  const auto byte = [&](std::uint32_t value) { text += static_cast<char>(value); };
  if (letter < 0x80) return byte(letter);
  if (letter < 0x800) return byte(0xc0 | letter >> 6), byte(0x80 | (letter & 0x3f));
  if (letter < 0x10000) {
    return byte(0xe0 | letter >> 12), byte(0x80 | (letter >> 6 & 0x3f)), byte(0x80 | (letter & 0x3f));
  }
  byte(0xf0 | letter >> 18), byte(0x80 | (letter >> 12 & 0x3f)), byte(0x80 | (letter >> 6 & 0x3f)),
      byte(0x80 | (letter & 0x3f));
}

class CsvParser {
 public:
  CsvParser(std::string_view text, std::string_view source_name, LabelProblems& problems, char separator)
      : rest_(without_byte_order_mark(text)), source_name_(source_name), problems_(problems), separator_(separator) {}

  std::vector<CsvRow> parse() {
    std::vector<CsvRow> rows;
    if (const std::size_t said = said_separator(rest_); said > 0) rest_.remove_prefix(said);
    if (rest_.find('\0') != std::string_view::npos) note(1, "a NUL byte: this is not a text file"), rest_ = {};
    while (!rest_.empty()) {
      if (take_line_break()) continue;
      auto row = parse_row();
      if (!row && rows.empty()) return rows;
      if (rows.size() == limits::kCsvRows) return note(line_, fmt::format("more than {} rows", limits::kCsvRows)), rows;
      if (!row) continue;
      if (row->fields.size() == 1 && row->fields.front().empty()) continue;  // blanks only
      if (!rows.empty() && row->fields.size() != rows.front().fields.size()) {
        note(row->line,
             fmt::format("{} fields, but the header names {} columns", row->fields.size(), rows.front().fields.size()));
        continue;
      }
      rows.push_back(std::move(*row));
    }
    return rows;
  }

 private:
  void note(std::size_t line, std::string_view what) { problems_.add(fmt::format("{}:{}", source_name_, line), what); }

  // Leaves the rest of that line, which begins `from`, as it can't be told what belongs to which field.
  std::nullopt_t skip_line(std::size_t line, std::string_view from, std::string_view what) {
    note(line, what);
    rest_ = from.substr(std::min(from.find('\n'), from.size()));
    line_ = line;
    return std::nullopt;
  }

  bool take(char expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool take_line_break() {
    if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
    if (!take('\n')) return false;
    ++line_;
    return true;
  }

  // None: the row has a problem, which is noted, and its line is left.
  std::optional<CsvRow> parse_row() {
    CsvRow row{line_, {}};
    do {
      auto field = take('"') ? parse_quoted() : parse_plain();
      if (!field) return std::nullopt;
      row.fields.push_back(std::move(*field));
      if (row.fields.size() > limits::kCsvColumns)
        return skip_line(row.line, rest_, fmt::format("more than {} fields", limits::kCsvColumns));
    } while (take(separator_));
    if (!rest_.empty() && !take_line_break()) return skip_line(opened_.line, opened_.inside, text_after_quote());
    return row;
  }

  std::optional<std::string> parse_plain() {
    const std::string_view field = rest_.substr(0, std::min(rest_.find(separator_), rest_.find('\n')));
    rest_.remove_prefix(field.size());
    if (field.size() > limits::kCsvLineBytes) return skip_line(line_, rest_, too_long());
    if (field.find('"') != std::string_view::npos)
      return skip_line(line_, rest_, "a quote inside a field: quote the whole field and double the quotes in it");
    return std::string(trim(field));
  }

  static std::string too_long() { return fmt::format("a field of more than {} bytes", limits::kCsvLineBytes); }

  std::string text_after_quote() const {
    constexpr std::string_view kWhat = "text after a closing quote, expected a comma";
    if (opened_.line == line_) return std::string(kWhat);
    return fmt::format("{}: the field that begins with a quote here goes on to line {}", kWhat, line_);
  }

  // After the opening quote.
  std::optional<std::string> parse_quoted() {
    opened_ = {line_, rest_};
    std::string field;
    while (!rest_.empty()) {
      const char next = rest_.front();
      rest_.remove_prefix(1);
      if (next == '"' && !take('"')) return field;
      if (next == '\n') ++line_;
      field += next;
      if (field.size() > limits::kCsvLineBytes) return skip_line(opened_.line, opened_.inside, too_long());
    }
    return skip_line(opened_.line, opened_.inside, "a quoted field is never closed");
  }

  std::string_view rest_;
  std::string_view source_name_;
  LabelProblems& problems_;
  char separator_;
  std::size_t line_ = 1;
  struct {
    std::size_t line = 0;
    std::string_view inside;
  } opened_;  // the last quoted field
};

}  // namespace

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<CsvRow> parse_csv(std::string_view text, std::string_view source_name, LabelProblems& problems,
                              char separator) {
  return CsvParser(text, source_name, problems, separator).parse();
}

char separator_of(std::string_view text) {
  text = without_byte_order_mark(text);
  if (const std::size_t said = said_separator(text); said > 0) return text[said - 1];
  const std::string_view line = text.substr(0, text.find('\n'));
  char most = ',';
  std::ptrdiff_t highest = 0;
  for (const char separator : kSeparators) {
    bool quoted = false;
    std::ptrdiff_t count = 0;
    for (const char letter : line) {
      quoted ^= letter == '"';
      count += !quoted && letter == separator;
    }
    if (count > highest) most = separator, highest = count;
  }
  return most;
}

namespace {

bool is_utf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t letter = 0;
    const utf8proc_ssize_t taken = utf8proc_iterate(bytes, left, &letter);
    if (taken <= 0) return false;
    bytes += taken, left -= taken;
  }
  return true;
}

// Windows-1252 is Latin-1 but for these (0x80 to 0x9f).
std::string from_windows_letters(std::string_view text) {
  constexpr std::array<std::uint16_t, 32> kLetters{0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                                   0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
                                                   0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                                   0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};
  std::string utf8;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    append_utf8(utf8, byte >= 0x80 && byte < 0xa0 ? kLetters[byte - 0x80] : byte);
  }
  return utf8;
}

}  // namespace

std::string as_utf8(std::string text, bool* guessed) {
  const bool little = text.starts_with("\xff\xfe"), big = text.starts_with("\xfe\xff");
  if (!little && !big) {
    if (is_utf8(text)) return text;
    if (guessed != nullptr) *guessed = true;
    return from_windows_letters(text);
  }
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(text[at]), second = static_cast<unsigned char>(text[at + 1]);
    return static_cast<std::uint32_t>(little ? first | second << 8 : first << 8 | second);
  };
  std::string utf8;
  for (std::size_t at = 2; at + 1 < text.size(); at += 2) {
    std::uint32_t letter = unit(at);
    const bool pair = letter >= 0xd800 && letter < 0xdc00 && at + 3 < text.size();
    if (pair) letter = 0x10000 + ((letter - 0xd800) << 10) + (unit(at += 2) - 0xdc00);
    append_utf8(utf8, letter);
  }
  return utf8;
}

}  // namespace lineguard::dataset
