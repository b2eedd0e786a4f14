#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/driver.h>

namespace lineguard {
namespace {

const DriverName* find(std::span<const DriverName> known, std::string_view driver) {
  const auto found = std::ranges::find(known, driver, &DriverName::name);
  return found == known.end() ? nullptr : &*found;
}

// What is wrong with a driver that can't be opened; empty: nothing.
std::string problem_of(std::span<const DriverName> known, std::string_view driver) {
  const DriverName* found = find(known, driver);
  if (found && found->built) return "";
  const std::string there = fmt::format("this build has: {}", fmt::join(built_drivers(known), ", "));
  if (!found) return fmt::format("is not known, {}", there);
  return fmt::format("is not in this build, {}; configure with -D{}=ON to build it", there, found->option);
}

}  // namespace

std::vector<std::string> built_drivers(std::span<const DriverName> known) {
  std::vector<std::string> names;
  for (const DriverName& driver : known) {
    if (driver.built) names.emplace_back(driver.name);
  }
  return names;
}

void read_driver(ConfigReader& table, std::span<const DriverName> known, std::string& driver) {
  table.read("driver", driver);
  if (const std::string problem = problem_of(known, driver); !problem.empty())
    table.add_problem("driver", fmt::format("= \"{}\" {}", driver, problem));
}

Error no_such_driver(std::string_view device, std::string_view driver, std::span<const DriverName> known) {
  return make_error(find(known, driver) ? ErrorCode::unsupported : ErrorCode::invalid_argument,
                    fmt::format("the {} driver \"{}\" {}", device, driver, problem_of(known, driver)));
}

}  // namespace lineguard
