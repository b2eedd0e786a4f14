// Which camera a configuration means: the one place that knows the drivers. A new driver is a row in open.cpp, with its
// own configuration and its own source file; a heavy one is a CMake component that may be absent.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <lineguard/camera/camera.h>
#include <lineguard/camera/folder_camera.h>

namespace lineguard::camera {

struct CameraConfig {
  std::string driver = "folder";
  FolderCameraConfig folder;  // with driver "folder"
};

// The drivers of this build, sorted.
std::vector<std::string> drivers();

// Keys: driver (left out: folder) and those of the driver. Problems are noted on `table`.
void read_config(ConfigReader& table, CameraConfig& config);

// Not started yet. `clock` must outlive the camera. Errors: invalid_argument (no such driver), those of the driver.
Result<std::unique_ptr<Camera>> open(const CameraConfig& config, Clock& clock = system_clock());

}  // namespace lineguard::camera
