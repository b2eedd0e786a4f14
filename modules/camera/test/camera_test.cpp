#include "temp_folder.h"

#include <fstream>

#include <gtest/gtest.h>

#include <lineguard/camera/folder_camera.h>
#include <lineguard/camera/open.h>
#include <lineguard/camera/testing/faulty_camera.h>

namespace lineguard::camera {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

std::string text_of(const Frame& frame) {
  const auto& bytes = *std::get<std::shared_ptr<const Bytes>>(frame.view.content);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Whoever sleeps on it moves it: one thread, no waiting.
class SleepersClock final : public Clock {
 public:
  SteadyTime now() const override { return now_; }
  UtcTime utc_now() const override {
    return UtcTime{} + std::chrono::duration_cast<UtcTime::duration>(now_ - SteadyTime{});
  }
  void sleep_until(SteadyTime time) override { now_ = std::max(now_, time); }
  void advance(Milliseconds by) { now_ += by; }

 private:
  SteadyTime now_;
};

// A folder with the pictures a, b and c, and something that is none.
struct FolderCameraTest : testing::Test {
  FolderCameraTest() {
    for (const auto* name : {"b.png", "a.jpg", "c.PNG"}) write(folder / name, name);
    write(folder / "notes.txt", "");
  }
  std::unique_ptr<Camera> open(FolderCameraConfig config = {}) {
    if (config.list.empty()) config.folder = folder.path();
    auto camera = open_folder_camera(config, clock);
    EXPECT_TRUE(camera) << camera.error().message;
    EXPECT_TRUE((*camera)->start());
    return std::move(camera).value();
  }
  std::string grab(Camera& camera, PartNumber number) {
    const auto frame = camera.grab(number, clock.now() + Milliseconds(50));
    return frame ? text_of(*frame) : std::string(to_string(frame.error().code));
  }
  test::TempFolder folder;
  SleepersClock clock;
};

TEST_F(FolderCameraTest, ServesPicturesByTriggerNumber) {
  const auto camera = open({.first_number = 10});
  EXPECT_EQ(grab(*camera, 10), "a.jpg");
  EXPECT_EQ(grab(*camera, 12), "c.PNG") << "a skipped number does not shift the pictures";
  EXPECT_EQ(grab(*camera, 11), "b.png");
  EXPECT_EQ(grab(*camera, 13), "a.jpg");
  EXPECT_EQ(grab(*camera, 13), "a.jpg");
}

TEST_F(FolderCameraTest, GoesOnOverTheWrapOfNumbers) {
  const auto camera = open({.first_number = 0xFFFFFFFF});
  EXPECT_EQ(grab(*camera, 0xFFFFFFFF), "a.jpg");
  EXPECT_EQ(grab(*camera, 0), "b.png");
}

TEST_F(FolderCameraTest, ServesAListInItsOrder) {
  write(folder / "list.txt", "c.PNG\r\na.jpg\n\n");
  const auto camera = open({.list = folder / "list.txt"});
  EXPECT_EQ(grab(*camera, 1), "c.PNG");
  EXPECT_EQ(grab(*camera, 2), "a.jpg");
  EXPECT_EQ(grab(*camera, 3), "c.PNG");
}

TEST_F(FolderCameraTest, ItsFramesSayWhatTheyAre) {
  const auto camera = open({.view = "front"});
  clock.advance(Milliseconds(7));
  const auto frame = camera->grab(2, clock.now());
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->trigger_number, 2u);
  EXPECT_EQ(frame->device_frame_number, 1u);
  EXPECT_EQ(frame->captured_at, clock.now());
  EXPECT_EQ(frame->view.name, "front");
  EXPECT_EQ(frame->view.source, (folder / "b.png").string());
}

TEST_F(FolderCameraTest, AnExposureTakesItsTime) {
  const auto camera = open({.exposure_ms = 20});
  const SteadyTime start = clock.now();
  const auto frame = camera->grab(1, start + Milliseconds(20));
  ASSERT_TRUE(frame) << frame.error().message;
  EXPECT_EQ(frame->captured_at, start);
  EXPECT_EQ(clock.now(), start + Milliseconds(20));
}

TEST_F(FolderCameraTest, AnExposureBeyondTheDeadlineIsATimeoutAtTheDeadline) {
  const auto camera = open({.exposure_ms = 51});
  const SteadyTime deadline = clock.now() + Milliseconds(50);
  const auto frame = camera->grab(1, deadline);
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().code, ErrorCode::timeout);
  EXPECT_EQ(clock.now(), deadline);
}

TEST_F(FolderCameraTest, ErrorsSayWhatIsMissing) {
  fs::create_directory(folder / "empty");
  const auto empty = open_folder_camera({.folder = folder / "empty"});
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(empty.error().message.find("no picture"), std::string::npos);
  EXPECT_EQ(open_folder_camera({.folder = folder / "absent"}).error().code, ErrorCode::not_found);
  EXPECT_EQ(open_folder_camera({}).error().code, ErrorCode::invalid_argument);

  write(folder / "list.txt", "absent.png\n");
  auto listed = open_folder_camera({.list = folder / "list.txt"});
  ASSERT_TRUE(listed);
  const auto started = (*listed)->start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("absent.png"), std::string::npos);
}

TEST_F(FolderCameraTest, APictureThatVanishedIsADeviceError) {
  const auto camera = open();
  fs::remove(folder / "a.jpg");
  EXPECT_EQ(grab(*camera, 1), "device_error");
  EXPECT_EQ(grab(*camera, 2), "b.png");
}

TEST_F(FolderCameraTest, ReadsItsConfiguration) {
  auto reader = ConfigReader::from_text("folder = 'a'\nlist = 'b'\nexposure_ms = -1\nfirst_number = 5", "s.toml");
  FolderCameraConfig config;
  read_config(*reader, config);
  const auto finished = reader->finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(config.first_number, 5u);
  EXPECT_NE(finished.error().message.find("s.toml:3: exposure_ms"), std::string::npos) << finished.error().message;
  EXPECT_NE(finished.error().message.find("exactly one of folder and list"), std::string::npos);
}

struct FaultyCameraTest : FolderCameraTest {
  FaultyCamera with(std::map<PartNumber, CameraFault> faults) {
    return FaultyCamera(open(), std::move(faults), clock, Milliseconds(200));
  }
  // Grabs at once for a trigger of now; the judgement of the matcher, or the camera's error.
  Result<void> matched(Camera& camera, PartNumber number) {
    clock.advance(Milliseconds(100));
    LINEGUARD_ASSIGN(const Frame frame, camera.grab(number, clock.now()));
    return matcher.match(frame, number, clock.now());
  }
  std::string problem(Camera& camera, PartNumber number) {
    const auto result = matched(camera, number);
    return result ? "" : result.error().message;
  }
  FrameMatcher matcher;
};

TEST_F(FaultyCameraTest, AMissingFrameIsATimeout) {
  auto camera = with({{2, CameraFault::missing_frame}});
  EXPECT_TRUE(matched(camera, 1));
  EXPECT_EQ(matched(camera, 2).error().code, ErrorCode::timeout);
  EXPECT_TRUE(matched(camera, 3));
}

TEST_F(FaultyCameraTest, TheMatcherRefusesWhatIsNotTheTriggersFrame) {
  auto camera = with({{2, CameraFault::late_frame}, {4, CameraFault::repeated_frame}, {6, CameraFault::wrong_number}});
  EXPECT_EQ(problem(camera, 1), "");
  EXPECT_NE(problem(camera, 2).find("exposed 200.0 ms after the trigger"), std::string::npos);
  EXPECT_EQ(problem(camera, 3), "");
  EXPECT_NE(problem(camera, 4).find("belongs to trigger 3"), std::string::npos);
  EXPECT_EQ(problem(camera, 5), "");
  EXPECT_NE(problem(camera, 6).find("belongs to trigger 7"), std::string::npos);
  EXPECT_EQ(problem(camera, 7), "");
}

TEST_F(FaultyCameraTest, ALostDeviceComesBackByStart) {
  auto camera = with({{2, CameraFault::device_lost}});
  EXPECT_TRUE(matched(camera, 1));
  EXPECT_EQ(matched(camera, 2).error().code, ErrorCode::device_error);
  EXPECT_EQ(matched(camera, 3).error().code, ErrorCode::device_error);
  EXPECT_TRUE(camera.start());
  EXPECT_TRUE(matched(camera, 3));
}

// A camera that only counts its exposures, as most do without chunk data.
Frame counted(std::uint64_t count, SteadyTime at) {
  Frame frame;
  frame.device_frame_number = count;
  frame.captured_at = at;
  return frame;
}

TEST(FrameMatcher, CountsMustKeepTheirDistanceToTheTriggers) {
  FrameMatcher matcher;
  const SteadyTime at{};
  EXPECT_TRUE(matcher.match(counted(501, at), 1, at));
  EXPECT_TRUE(matcher.match(counted(502, at), 2, at));
  EXPECT_TRUE(matcher.match(counted(504, at), 4, at)) << "frame and trigger 3 are both gone";
  const auto shifted = matcher.match(counted(506, at), 5, at);
  ASSERT_FALSE(shifted);
  EXPECT_NE(shifted.error().message.find("frame 506 is 1 away"), std::string::npos) << shifted.error().message;
  EXPECT_FALSE(matcher.match(counted(504, at), 5, at)) << "used already";
  EXPECT_TRUE(matcher.match(counted(505, at), 5, at));
  matcher.reset();
  EXPECT_TRUE(matcher.match(counted(1, at), 6, at));
}

TEST(FrameMatcher, DistanceSurvivesTheWrapOfPartNumbers) {
  FrameMatcher matcher;
  const SteadyTime at{};
  EXPECT_TRUE(matcher.match(counted(10, at), 0xFFFFFFFF, at));
  EXPECT_TRUE(matcher.match(counted(11, at), 0, at));
}

TEST(FrameMatcher, OrderAloneIsNoMatch) {
  FrameMatcher matcher;
  Frame frame;
  EXPECT_FALSE(matcher.match(frame, 1, frame.captured_at));
}

TEST(FrameMatcher, TheWindowHasTwoEnds) {
  const SteadyTime at = SteadyTime{} + Milliseconds(1000);
  for (const int ms : {-21, 61}) EXPECT_FALSE(FrameMatcher().match(counted(1, at + Milliseconds(ms)), 1, at)) << ms;
  for (const int ms : {-20, 0, 60}) EXPECT_TRUE(FrameMatcher().match(counted(1, at + Milliseconds(ms)), 1, at)) << ms;
}

Result<CameraConfig> read(std::string_view text) {
  LINEGUARD_ASSIGN(ConfigReader reader, ConfigReader::from_text(text, "station.toml"));
  CameraConfig config;
  ConfigReader table = reader.section("camera");
  read_config(table, config);
  LINEGUARD_TRY(reader.finish());
  return config;
}

TEST(OpenCamera, TheDriverIsFolderWhereNoneIsNamed) {
  EXPECT_EQ(read("[camera]\nfolder = \"parts\"\n").value().driver, "folder");
  EXPECT_EQ(read("[camera]\ndriver = \"folder\"\nfolder = \"parts\"\n").value().driver, "folder");
}

TEST(OpenCamera, AnUnknownDriverIsNamedWithThoseThereAre) {
  const auto config = read("[camera]\ndriver = \"usb9\"\nfolder = \"parts\"\n");
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message.find("folder"), std::string::npos) << config.error().message;
  EXPECT_EQ(open({.driver = "usb9"}).error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace lineguard::camera
