#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/camera/open.h>

namespace lineguard::camera {
namespace {

struct Driver {
  std::string_view name;
  void (*read)(ConfigReader&, CameraConfig&);
  Result<std::unique_ptr<Camera>> (*open)(const CameraConfig&, Clock&);
};

constexpr std::array kDrivers = {
    Driver{"folder", [](ConfigReader& table, CameraConfig& config) { read_config(table, config.folder); },
           [](const CameraConfig& config, Clock& clock) { return open_folder_camera(config.folder, clock); }},
};

const Driver* find_driver(std::string_view name) {
  for (const Driver& driver : kDrivers) {
    if (driver.name == name) return &driver;
  }
  return nullptr;
}

}  // namespace

std::vector<std::string> drivers() {
  std::vector<std::string> names;
  for (const Driver& driver : kDrivers) names.emplace_back(driver.name);
  return names;
}

void read_config(ConfigReader& table, CameraConfig& config) {
  table.read_one_of("driver", config.driver, drivers());
  if (const Driver* driver = find_driver(config.driver)) driver->read(table, config);
}

Result<std::unique_ptr<Camera>> open(const CameraConfig& config, Clock& clock) {
  if (const Driver* driver = find_driver(config.driver)) return driver->open(config, clock);
  return make_error(ErrorCode::invalid_argument, fmt::format("there is no camera driver \"{}\", this build has: {}",
                                                             config.driver, fmt::join(drivers(), ", ")));
}

}  // namespace lineguard::camera
