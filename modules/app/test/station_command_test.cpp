#include "commands.h"
#include "temp_folder.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>

#include <gtest/gtest.h>

namespace lineguard::app {
namespace {

class StationCommand : public testing::Test {
 protected:
  int run(const std::string& config, std::vector<std::string> more = {}) {
    std::ofstream(folder_ / "station.toml") << config;
    std::vector<std::string> arguments = {"station", "--config", folder_ / "station.toml"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    CLI::App root;
    app::Run chosen;
    add_station_command(root, chosen);
    std::reverse(arguments.begin(), arguments.end());
    root.parse(arguments);
    testing::internal::CaptureStderr();  // of the descriptor: messages go past std::cerr
    const int code = chosen();
    err_ = testing::internal::GetCapturedStderr();
    return code;
  }
  static std::string config(const std::string& deadline_ms, const std::string& predictor) {
    return "[recipe]\nid='a'\nmodel='a'\noperating_point='default'\nthreshold=0.5\npackage_digest='" +
           std::string(64, 'd') + "'\ndeadline_ms=" + deadline_ms + "\n[predictor]\n" + predictor +
           "\n[camera]\nfolder='pictures'\n[plc]\nmodbus='127.0.0.1:1'\n[record]\nfile='record.db'\nreserve_mb=0\n";
  }
  test::TempFolder folder_;
  std::string err_;
};

TEST_F(StationCommand, AWrongConfigurationIsWrongUseAndStartsNothing) {
  EXPECT_EQ(run(config("-1", "package='p'")), kWrongUse);
  EXPECT_NE(err_.find("station.toml:7: recipe.deadline_ms = -1 is out of range, allowed: 1 to 60000"),
            std::string::npos)
      << err_;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "record.db"));
}

// There are no keys yet.
TEST_F(StationCommand, BeyondLoopbackOnlyOnPurpose) {
  for (const char* address : {"0.0.0.0:9101", "[::]:9101", "10.0.0.7:9101", "station.plant:9101"}) {
    const std::string open = "http='" + std::string(address) + "'\n" + config("80", "package='p'");
    EXPECT_EQ(run(open), kWrongUse) << address;
    EXPECT_NE(err_.find("http_insecure = true allows it"), std::string::npos) << err_;
    EXPECT_EQ(run(open, {"--check"}), kWrongUse) << address;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "record.db"));
    run("http_insecure=true\n" + open, {"--check"});
    EXPECT_EQ(err_.find("http_insecure"), std::string::npos) << err_;
  }
}

TEST_F(StationCommand, AMissingPieceIsNamedByItsKey) {
  EXPECT_NE(run(config("80", "package='p'"), {"--check"}), kDone);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "record.db")) << "--check only looks";
  EXPECT_NE(err_.find("camera"), std::string::npos) << err_;
  std::filesystem::create_directories(folder_ / "pictures");
  std::ofstream(folder_ / "pictures" / "1.png") << "x";
  EXPECT_EQ(run(config("80", "package='p'"), {"--check"}), kRuntimeFailure);
  EXPECT_NE(err_.find("predictor.package"), std::string::npos) << err_;
}

}  // namespace
}  // namespace lineguard::app
