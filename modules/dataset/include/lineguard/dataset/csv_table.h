// A table of comma-separated values with a header row: answers of inspectors, predictions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/result.h>

namespace lineguard::dataset {

struct CsvTable {
  std::string source;  // for messages
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  // each as long as the header
  std::vector<std::size_t> lines;              // that each row begins in

  // npos where there is no such column.
  std::size_t find(std::string_view column) const;
  // Errors: corrupt_data, naming the columns that there are.
  Result<std::size_t> require(std::string_view column) const;
  // An error at a row's place.
  Error problem(std::size_t row, std::string_view what) const;
};

// Errors: corrupt_data for text that is no such table, with file and line of the first problem.
Result<CsvTable> parse_csv_table(std::string_view text, std::string_view source);

// A field as CSV: in quotes where it needs them.
std::string csv_field(std::string_view text);

}  // namespace lineguard::dataset
