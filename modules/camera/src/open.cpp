#include <lineguard/camera/open.h>
#include <lineguard/core/driver.h>

namespace lineguard::camera {
namespace {

// A driver that needs a heavy library has the name of its CMake option, and no `open` where it is not built: README.md.
constexpr Drivers<Camera, CameraConfig, 1> kDrivers = {
    "camera",
    {{
        {{"folder"},
         [](ConfigReader& table, CameraConfig& config) { read_config(table, config.folder); },
         [](const CameraConfig& config, Clock& clock) { return open_folder_camera(config.folder, clock); }},
    }}};

}  // namespace

std::vector<std::string> drivers() {
  return built_drivers(kDrivers.names());
}

void read_config(ConfigReader& table, CameraConfig& config) {
  kDrivers.read_config(table, config);
}

Result<std::unique_ptr<Camera>> open(const CameraConfig& config, Clock& clock) {
  return kDrivers.open(config, clock);
}

}  // namespace lineguard::camera
