#include <lineguard/telemetry/testing/metric_names.h>

namespace lineguard::telemetry::testing {
namespace {

// What stands between each `before` and the next `after`.
std::set<std::string> names_between(std::string_view text, std::string_view before, char after) {
  std::set<std::string> names;
  for (auto at = text.find(before); at != std::string_view::npos; at = text.find(before, at)) {
    at += before.size();
    names.emplace(text.substr(at, text.find(after, at) - at));
  }
  return names;
}

}  // namespace

std::set<std::string> exposed_names(std::string_view exposition) {
  return names_between(exposition, "# TYPE ", ' ');
}

std::set<std::string> documented_names(std::string_view markdown, std::string_view prefix) {
  std::set<std::string> names;
  for (const std::string& rest : names_between(markdown, "`" + std::string(prefix), '`'))
    names.insert(std::string(prefix) + rest);
  return names;
}

}  // namespace lineguard::telemetry::testing
