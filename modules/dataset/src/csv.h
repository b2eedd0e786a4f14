// Comma-separated values after RFC 4180, each row with the line where it starts. Our own because messages need lines:
// the libraries in Debian count rows, which differ where a quoted field holds a line break.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

struct CsvRow {
  std::size_t line = 0;  // 1 is the first
  std::vector<std::string> fields;
};

// Takes LF and CRLF and a UTF-8 byte order mark, leaves out empty lines, trims blanks around unquoted fields.
std::string_view trim(std::string_view text);  // blanks of either side

// A problem at "<source_name>:<line>", and on with the next line: a quote inside an unquoted field, text after a
// closing quote, a quote that is never closed, a row with another number of fields than the first. Nothing is read of a
// text with a NUL byte, or whose first row has a problem.
std::vector<CsvRow> parse_csv(std::string_view text, std::string_view source_name, LabelProblems& problems);

}  // namespace lineguard::dataset
