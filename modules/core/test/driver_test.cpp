#include <gtest/gtest.h>

#include <lineguard/core/driver.h>

namespace lineguard {
namespace {

constexpr DriverName kKnown[] = {{"folder"}, {"usb", "LINEGUARD_USB", true}, {"gige", "LINEGUARD_GIGE", false}};

std::string problem_of(const std::string& text) {
  auto reader = ConfigReader::from_text(text, "station.toml");
  std::string driver = "folder";
  ConfigReader table = reader->section("camera");
  read_driver(table, kKnown, driver);
  const auto finished = reader->finish();
  return finished ? driver : finished.error().message;
}

TEST(Driver, TheDefaultStaysWhereNoneIsNamed) {
  EXPECT_EQ(problem_of("[camera]\n"), "folder");
  EXPECT_EQ(problem_of("[camera]\ndriver = \"usb\"\n"), "usb");
}

TEST(Driver, AnUnknownOneIsNamedWithFileLineKeyAndThoseThereAre) {
  EXPECT_NE(problem_of("[camera]\n\ndriver = \"webcam\"\n")
                .find("station.toml:3: camera.driver = \"webcam\" is not known, this build has: folder, usb"),
            std::string::npos)
      << problem_of("[camera]\n\ndriver = \"webcam\"\n");
  const Error error = no_such_driver("camera", "webcam", kKnown);
  EXPECT_EQ(error.code, ErrorCode::invalid_argument);
  EXPECT_NE(error.message.find("webcam"), std::string::npos);
}

TEST(Driver, OneThatIsNotBuiltNamesTheOptionThatBuildsIt) {
  const std::string message = problem_of("[camera]\ndriver = \"gige\"\n");
  EXPECT_NE(message.find("station.toml:2: camera.driver = \"gige\" is not in this build"), std::string::npos)
      << message;
  EXPECT_NE(message.find("-DLINEGUARD_GIGE=ON"), std::string::npos) << message;
  EXPECT_EQ(no_such_driver("camera", "gige", kKnown).code, ErrorCode::unsupported);
}

}  // namespace
}  // namespace lineguard
