// Drivers: which implementation of a device `driver = "…"` in a configuration means. A factory (camera::open,
// plc::open) is a table of them; a driver that needs a heavy library is a CMake component, and may be absent from a
// build.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/clock.h>
#include <lineguard/core/config.h>
#include <lineguard/core/result.h>

namespace lineguard {

struct DriverName {
  std::string_view name;         // as the configuration has it
  std::string_view option = {};  // the CMake option that builds it; empty: always built
  bool built = true;             // in this build
};

// Those that are built, in their order.
std::vector<std::string> built_drivers(std::span<const DriverName> known);
// The key `driver`; left out it stays as it is. A name that is not known, or not in this build, is noted on `table`
// with those there are, or with the option that builds it.
void read_driver(ConfigReader& table, std::span<const DriverName> known, std::string& driver);
// The same in an error, unsupported where the driver is only not built, else invalid_argument. `device`: "camera".
Error no_such_driver(std::string_view device, std::string_view driver, std::span<const DriverName> known);

template <typename Device, typename Config>
struct Driver {
  DriverName name;
  void (*read)(ConfigReader&, Config&) = nullptr;                            // its own keys
  Result<std::unique_ptr<Device>> (*open)(const Config&, Clock&) = nullptr;  // null where it is not built
};

// A device's table of drivers. Config has a member `driver`.
template <typename Device, typename Config, std::size_t N>
struct Drivers {
  std::string_view device;  // "camera", for messages
  std::array<Driver<Device, Config>, N> drivers;

  std::vector<DriverName> names() const {
    std::vector<DriverName> names;
    for (const auto& driver : drivers) names.push_back(driver.name);
    return names;
  }
  void read_config(ConfigReader& table, Config& config) const {
    read_driver(table, names(), config.driver);
    if (const auto* driver = find(config.driver)) driver->read(table, config);
  }
  Result<std::unique_ptr<Device>> open(const Config& config, Clock& clock) const {
    const auto* driver = find(config.driver);
    if (driver && driver->open) return driver->open(config, clock);
    return no_such_driver(device, config.driver, names());
  }
  const Driver<Device, Config>* find(std::string_view name) const {
    for (const auto& driver : drivers) {
      if (driver.name.name == name) return &driver;
    }
    return nullptr;
  }
};

}  // namespace lineguard
