#include "csv.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/dataset/csv_table.h>

namespace lineguard::dataset {

std::size_t CsvTable::find(std::string_view column) const {
  const auto found = std::ranges::find(header, column);
  return found == header.end() ? std::string::npos : static_cast<std::size_t>(found - header.begin());
}

Result<std::size_t> CsvTable::require(std::string_view column) const {
  const std::size_t found = find(column);
  if (found != std::string::npos) return found;
  return make_error(ErrorCode::corrupt_data, fmt::format("{}: there is no column \"{}\"; there are {}", source, column,
                                                         fmt::join(header, ", ")));
}

Error CsvTable::problem(std::size_t row, std::string_view what) const {
  return make_error(ErrorCode::corrupt_data, fmt::format("{}:{}: {}", source, lines[row], what));
}

Result<CsvTable> parse_csv_table(std::string_view text, std::string_view source) {
  LabelProblems problems;
  auto rows = parse_csv(text, source, problems);
  if (!problems.empty()) {
    const LabelProblem& first = problems.kept().front();
    return make_error(ErrorCode::corrupt_data, fmt::format("{}: {}", first.place, first.reason));
  }
  if (rows.empty())
    return make_error(ErrorCode::corrupt_data, fmt::format("{}: is empty, a header was expected", source));
  CsvTable table;
  table.source = source;
  table.header = std::move(rows.front().fields);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    table.rows.push_back(std::move(rows[i].fields));
    table.lines.push_back(rows[i].line);
  }
  return table;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",;\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char character : text) quoted += character == '"' ? "\"\"" : std::string(1, character);
  return quoted + "\"";
}

}  // namespace lineguard::dataset
