// For tests that hold a document against what is exposed: the names of metrics in either text.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace lineguard::telemetry::testing {

// The families of an exposition: one `# TYPE` line each.
std::set<std::string> exposed_names(std::string_view exposition);

// Every name between backticks that begins with the prefix.
std::set<std::string> documented_names(std::string_view markdown, std::string_view prefix);

}  // namespace lineguard::telemetry::testing
