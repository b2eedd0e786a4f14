// Separated values after RFC 4180, by commas or what else spreadsheets write, each row with the line where it starts.
// Our own because messages need lines: the libraries in Debian count rows, which differ where a quoted field holds a
// line break.
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

std::string_view trim(std::string_view text);  // without the blanks of either side

// Takes LF and CRLF and a UTF-8 byte order mark, leaves out empty lines, trims blanks around unquoted fields.
// A problem at "<source_name>:<line>", and on with the next line: a quote inside an unquoted field, text after a
// closing quote, a quote that is never closed, a field or row beyond limits::kCsv…, a row with another number of fields
// than the first. Where a quoted field goes on over several lines the line is that of its first quote, so that a
// forgotten quote hides no other line. Nothing is read of a text with a NUL byte, or whose first row has a problem.
std::vector<CsvRow> parse_csv(std::string_view text, std::string_view source_name, LabelProblems& problems,
                              char separator = ',');

// Of , ; tab and | the one that the first line has most often outside of quotes; a line "sep=;" in front says it. A
// comma where it has none.
char separator_of(std::string_view text);

// The text as UTF-8: Excel saves "Unicode text" as UTF-16 with a byte order mark, and "CSV" in the letters of Windows
// (1252). `guessed`: what is no UTF-8 was taken as the latter.
std::string as_utf8(std::string text, bool* guessed = nullptr);

}  // namespace lineguard::dataset
