// Reading the answers of inspectors and of models.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>

#include <lineguard/acceptance/agreement.h>
#include <lineguard/dataset/csv_table.h>

namespace lineguard::acceptance {
namespace {

std::string category_of(const std::string& text) {
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array kGood = {"good", "ok", "pass", "normal", "io"};
  return std::ranges::find(kGood, lower) != kGood.end() ? "good" : text;
}

Result<double> number_of(const dataset::CsvTable& table, std::size_t row, std::size_t column) {
  const std::string& text = table.rows[row][column];
  double value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && rest == text.data() + text.size()) return value;
  return table.problem(row, "\"" + text + "\" is no number, in the column \"" + table.header[column] + "\"");
}

}  // namespace

Result<std::vector<Answer>> read_answers(const std::string& csv, const std::string& source) {
  LINEGUARD_ASSIGN(const auto table, dataset::parse_csv_table(csv, source));
  LINEGUARD_ASSIGN(const std::size_t part, table.require("part"));
  LINEGUARD_ASSIGN(const std::size_t inspector, table.require("inspector"));
  LINEGUARD_ASSIGN(const std::size_t trial, table.require("trial"));
  LINEGUARD_ASSIGN(const std::size_t answer, table.require("answer"));
  const std::size_t reference = table.find("reference");
  std::vector<Answer> answers;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    if (row[part].empty() || row[inspector].empty() || row[answer].empty())
      return table.problem(i, "part, inspector and answer must not be empty");
    answers.push_back({row[part], row[inspector], row[trial], category_of(row[answer]),
                       reference == std::string::npos ? "" : category_of(row[reference])});
  }
  return answers;
}

Result<std::vector<Answer>> read_predictions(const std::string& csv, const std::string& source,
                                             const std::string& inspector) {
  LINEGUARD_ASSIGN(const auto table, dataset::parse_csv_table(csv, source));
  LINEGUARD_ASSIGN(const std::size_t part, table.require("part"));
  LINEGUARD_ASSIGN(const std::size_t label, table.require("label"));
  const std::size_t said = table.find("predicted_class");
  std::map<std::string, std::size_t> trials;
  std::vector<Answer> answers;
  for (const auto& row : table.rows) {
    if (row[label].empty()) continue;  // it could not be predicted
    const bool has_class = row[label] == "defective" && said != std::string::npos && !row[said].empty();
    answers.push_back(
        {row[part], inspector, std::to_string(++trials[row[part]]), has_class ? row[said] : row[label], ""});
  }
  return answers;
}

Result<Repeatability> repeatability_of_predictions(const std::string& csv, const std::string& source,
                                                   double confidence) {
  LINEGUARD_ASSIGN(const auto table, dataset::parse_csv_table(csv, source));
  LINEGUARD_ASSIGN(const std::size_t part, table.require("part"));
  LINEGUARD_ASSIGN(const std::size_t label, table.require("label"));
  LINEGUARD_ASSIGN(const std::size_t score, table.require("score"));
  LINEGUARD_ASSIGN(const std::size_t threshold, table.require("threshold"));
  std::vector<ScoredPicture> pictures;
  double at = 0;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (table.rows[i][score].empty()) continue;  // it could not be predicted
    LINEGUARD_ASSIGN(const double value, number_of(table, i, score));
    LINEGUARD_ASSIGN(at, number_of(table, i, threshold));
    pictures.push_back({table.rows[i][part], table.rows[i][label], value});
  }
  return repeatability(pictures, at, confidence);
}

}  // namespace lineguard::acceptance
