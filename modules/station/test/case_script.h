// The language of tests/station/*.case: a timeline of what the line does to the station, and what is expected.
// tests/station/README.md explains it.
#pragma once

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <lineguard/core/result.h>

namespace lineguard::station::test {

struct CaseLine {
  int number = 0;  // in the file
  int at_ms = 0;
  std::string text;  // without time and comment
};

struct CaseScript {
  std::string name;
  std::vector<CaseLine> timeline;  // in order of time
  std::vector<CaseLine> expected;  // without "expect"
  int end_ms = 0;
};

// Errors: corrupt_data naming file and line.
Result<CaseScript> read_case(const std::filesystem::path& file);

}  // namespace lineguard::station::test
