// FolderCamera: pictures of a folder or a list, served by trigger number: the same number gives the same picture.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include <lineguard/camera/camera.h>
#include <lineguard/core/config.h>

namespace lineguard::camera {

struct FolderCameraConfig {
  std::filesystem::path folder{};  // pictures in it (not below), sorted by name; or
  std::filesystem::path list{};    // a text file, one path a line, relative to the list's folder
  PartNumber first_number = 1;     // this part sees the first picture, the next the second, around again after the last
  int exposure_ms = 0;             // grab() takes this long
  std::string view{};              // View::name
};

// Keys: folder, list, first_number, exposure_ms, view. Problems are noted on `table`.
void read_config(ConfigReader& table, FolderCameraConfig& config);

// Reads the names, not the pictures: those are read at each grab and handed on encoded, as they are.
// Errors: not_found, invalid_argument (both or none of folder and list, or no picture in it).
Result<std::unique_ptr<Camera>> open_folder_camera(const FolderCameraConfig& config, Clock& clock = system_clock());

// The same from names already known. REQUIRES: at least one.
std::unique_ptr<Camera> make_folder_camera(std::vector<std::filesystem::path> pictures, PartNumber first_number,
                                           Milliseconds exposure = Milliseconds(0), Clock& clock = system_clock());

}  // namespace lineguard::camera
