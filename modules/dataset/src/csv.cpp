#include "csv.h"

#include <fmt/format.h>

namespace lineguard::dataset {
namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

class CsvParser {
 public:
  CsvParser(std::string_view text, std::string_view source_name) : rest_(text), source_name_(source_name) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
  }

  Result<std::vector<CsvRow>> parse() {
    std::vector<CsvRow> rows;
    if (rest_.find('\0') != std::string_view::npos) return problem(1, "a NUL byte: this is not a text file");
    while (!rest_.empty()) {
      if (take_line_break()) continue;
      LINEGUARD_ASSIGN(CsvRow row, parse_row());
      if (row.fields.size() == 1 && row.fields.front().empty()) continue;  // blanks only
      if (!rows.empty() && row.fields.size() != rows.front().fields.size()) {
        return problem(row.line, fmt::format("{} fields, but the header names {} columns", row.fields.size(),
                                             rows.front().fields.size()));
      }
      rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  Error problem(std::size_t line, std::string_view what) const {
    return make_error(ErrorCode::corrupt_data, fmt::format("{}:{}: {}", source_name_, line, what));
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

  Result<CsvRow> parse_row() {
    CsvRow row{line_, {}};
    do {
      LINEGUARD_ASSIGN(std::string field, take('"') ? parse_quoted() : parse_plain());
      row.fields.push_back(std::move(field));
    } while (take(','));
    if (!rest_.empty() && !take_line_break()) return problem(line_, "text after a closing quote, expected a comma");
    return row;
  }

  Result<std::string> parse_plain() {
    const std::string_view field = rest_.substr(0, rest_.find_first_of(",\n"));
    rest_.remove_prefix(field.size());
    if (field.find('"') != std::string_view::npos) {
      return problem(line_, "a quote inside a field: quote the whole field and double the quotes in it");
    }
    return std::string(trim(field));
  }

  // After the opening quote.
  Result<std::string> parse_quoted() {
    const std::size_t opened = line_;
    std::string field;
    while (!rest_.empty()) {
      const char next = rest_.front();
      rest_.remove_prefix(1);
      if (next == '"' && !take('"')) return field;
      if (next == '\n') ++line_;
      field += next;
    }
    return problem(opened, "a quoted field is never closed");
  }

  std::string_view rest_;
  std::string_view source_name_;
  std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<CsvRow>> parse_csv(std::string_view text, std::string_view source_name) {
  return CsvParser(text, source_name).parse();
}

}  // namespace lineguard::dataset
