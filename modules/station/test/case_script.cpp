#include "case_script.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include <lineguard/core/files.h>

namespace lineguard::station::test {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

Result<CaseScript> read_case(const std::filesystem::path& file) {
  LINEGUARD_ASSIGN(const std::string content, read_text_file(file));
  CaseScript script;
  script.name = file.stem().string();
  std::istringstream lines(content);
  std::string raw;
  for (int number = 1; std::getline(lines, raw); ++number) {
    CaseLine line{number, 0, trimmed(raw.substr(0, raw.find('#')))};
    if (line.text.empty()) continue;
    if (line.text.starts_with("expect ")) {
      line.text = trimmed(line.text.substr(7));
      script.expected.push_back(line);
      continue;
    }
    if (std::isdigit(static_cast<unsigned char>(line.text.front()))) {
      std::size_t used = 0;
      line.at_ms = std::stoi(line.text, &used);
      line.text = trimmed(line.text.substr(used));
    }
    if (!script.timeline.empty() && line.at_ms < script.timeline.back().at_ms) {
      return make_error(ErrorCode::corrupt_data,
                        fmt::format("{}:{}: {} ms is before the line above it", file.string(), number, line.at_ms));
    }
    script.end_ms = std::max(script.end_ms, line.at_ms);
    script.timeline.push_back(line);
  }
  if (script.expected.empty()) {
    return make_error(ErrorCode::corrupt_data, fmt::format("{}: nothing is expected", file.string()));
  }
  return script;
}

}  // namespace lineguard::station::test
