#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include <lineguard/camera/folder_camera.h>
#include <lineguard/core/files.h>
#include <lineguard/imaging/decode.h>

namespace lineguard::camera {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<fs::path>;

class FolderCamera final : public Camera {
 public:
  FolderCamera(Paths pictures, const FolderCameraConfig& config, Clock& clock)
      : pictures_(std::move(pictures)),
        first_number_(config.first_number),
        exposure_(config.exposure_ms),
        view_(config.view),
        clock_(clock) {}

  Result<void> start() override {
    for (const auto& picture : pictures_) {
      std::error_code error;
      if (!fs::is_regular_file(picture, error))
        return make_error(ErrorCode::not_found, picture.string() + ": no such picture");
    }
    started_ = true;
    return {};
  }

  Result<Frame> grab(PartNumber number, SteadyTime deadline) override {
    if (!started_) return make_error(ErrorCode::device_error, name() + ": not started");
    Frame frame;
    frame.trigger_number = number;
    frame.device_frame_number = ++frames_;
    frame.captured_at = clock_.now();
    frame.captured_utc = clock_.utc_now();
    const auto& picture = pictures_[static_cast<PartNumber>(number - first_number_) % pictures_.size()];
    auto bytes = read_file(picture, imaging::DecodeLimits{}.max_file_bytes);
    if (!bytes) return make_error(ErrorCode::device_error, name() + ": " + bytes.error().message);
    const SteadyTime exposed = frame.captured_at + exposure_;
    if (exposure_.count() > 0) clock_.sleep_until(std::min(exposed, deadline));
    if (clock_.now() > deadline || exposed > deadline)
      return make_error(ErrorCode::timeout, fmt::format("{}: no frame for trigger {} in time", name(), number));
    frame.view = {view_, std::make_shared<const Bytes>(std::move(bytes).value()), picture.string()};
    return frame;
  }

  void stop() override { started_ = false; }
  std::string name() const override { return "folder camera " + pictures_.front().parent_path().string(); }

 private:
  Paths pictures_;
  PartNumber first_number_;
  Milliseconds exposure_;
  std::string view_;
  Clock& clock_;
  std::uint64_t frames_ = 0;
  bool started_ = false;
};

Result<Paths> pictures_in(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) return error_from_errno(error.value(), folder.string());
  Paths pictures;
  for (; entries != fs::directory_iterator(); entries.increment(error)) {
    if (error) return error_from_errno(error.value(), folder.string());
    if (imaging::has_picture_extension(entries->path())) pictures.push_back(entries->path());
  }
  std::ranges::sort(pictures);
  return pictures;
}

Result<Paths> pictures_of_list(const fs::path& list) {
  LINEGUARD_ASSIGN(const std::string text, read_text_file(list));
  Paths pictures;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) pictures.push_back(list.parent_path() / line);
  }
  return pictures;
}

}  // namespace

void read_config(ConfigReader& table, FolderCameraConfig& config) {
  std::int64_t first = config.first_number;
  table.read_path("folder", config.folder)
      .read_path("list", config.list)
      .read("first_number", first, {0, std::numeric_limits<PartNumber>::max()})
      .read("exposure_ms", config.exposure_ms, {0, 60000})
      .read("view", config.view);
  config.first_number = static_cast<PartNumber>(first);
  if (config.folder.empty() == config.list.empty())
    table.add_problem("folder", "expected exactly one of folder and list");
}

Result<std::unique_ptr<Camera>> open_folder_camera(const FolderCameraConfig& config, Clock& clock) {
  if (config.folder.empty() == config.list.empty())
    return make_error(ErrorCode::invalid_argument, "folder camera: expected exactly one of folder and list");
  LINEGUARD_ASSIGN(Paths pictures, config.list.empty() ? pictures_in(config.folder) : pictures_of_list(config.list));
  if (pictures.empty())
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("{}: no picture in it, expected .jpg, .png, .bmp or .tif files",
                                  config.list.empty() ? config.folder.string() : config.list.string()));
  return std::unique_ptr<Camera>(std::make_unique<FolderCamera>(std::move(pictures), config, clock));
}

std::unique_ptr<Camera> make_folder_camera(std::vector<fs::path> pictures, PartNumber first_number,
                                           Milliseconds exposure, Clock& clock) {
  LINEGUARD_CHECK(!pictures.empty(), "a folder camera has at least one picture");
  FolderCameraConfig config;
  config.first_number = first_number;
  config.exposure_ms = static_cast<int>(exposure.count());
  return std::make_unique<FolderCamera>(std::move(pictures), config, clock);
}

}  // namespace lineguard::camera
