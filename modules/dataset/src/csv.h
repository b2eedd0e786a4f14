// Comma-separated values after RFC 4180, each row with the line where it starts. Our own because messages need lines:
// the libraries in Debian count rows, which differ where a quoted field holds a line break.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/result.h>

namespace lineguard::dataset {

struct CsvRow {
  std::size_t line = 0;  // 1 is the first
  std::vector<std::string> fields;
};

// Takes LF and CRLF and a UTF-8 byte order mark, leaves out empty lines, trims blanks around unquoted fields.
// corrupt_data with "<source_name>:<line>": a quote inside an unquoted field, text after a closing quote, a quote that
// is never closed, a NUL byte, a row with another number of fields than the first.
Result<std::vector<CsvRow>> parse_csv(std::string_view text, std::string_view source_name);

}  // namespace lineguard::dataset
