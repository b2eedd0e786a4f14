#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include <lineguard/station/station_config.h>

namespace lineguard::station {
namespace {

const std::string kGood = R"(name = "station 1"
[recipe]
id = "cells"
model = "cells"
package_digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
operating_point = "default"
threshold = 0.5
deadline_ms = 80
[predictor]
url = "http://127.0.0.1:8080"
[camera]
folder = "pictures"
[plc]
modbus = "127.0.0.1:1502"
[record]
file = "record.db"
)";

std::string replaced(std::string_view from, std::string_view to) {
  std::string text = kGood;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(StationConfig, ReadsWhatIsThereAndKeepsDefaults) {
  auto config = parse_station_config(kGood, "station.toml");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->cycle.recipe.id, "cells");
  EXPECT_EQ(config->cycle.recipe.deadline, Milliseconds(80));
  EXPECT_EQ(config->cycle.max_in_flight, 1);
  EXPECT_EQ(config->plc.modbus.address, "127.0.0.1:1502");
  EXPECT_EQ(config->record_reserve_bytes, 64ull << 20);
}

TEST(StationConfig, TheCommentedExampleIsValid) {
  auto config = load_station_config(LINEGUARD_SOURCE_DIR "/docs/station.toml");
  ASSERT_TRUE(config) << config.error().message;
}

struct Bad {
  const char* from;
  const char* to;
  const char* message;
};

TEST(StationConfig, ProblemsNameLineKeyAndWhatIsAllowed) {
  const Bad cases[] = {
      {"deadline_ms = 80", "deadline_ms = -80",
       "station.toml:8: recipe.deadline_ms = -80 is out of range, allowed: 1 to 60000"},
      {"deadline_ms", "deadline", "unknown key recipe.deadline; did you mean deadline_ms?"},
      {"[record]\nfile = \"record.db\"\n", "", "record is missing"},
      {"threshold = 0.5\n", "", "recipe.threshold is missing"},
      {"threshold = 0.5", "threshold = inf", "recipe.threshold = inf is out of range"},
      {"0123456789abcdef", "", "recipe.package_digest is not a digest, expected 64 hexadecimal digits"},
      {"url = \"http", "url = \"ftp", "predictor.url must begin with http://"},
      {"[predictor]\n", "[predictor]\npackage = \"p\"\n", "exactly one of the two is needed"},
      {"url = \"http://127.0.0.1:8080\"", "", "exactly one of the two is needed"},
      {"127.0.0.1:1502", "127.0.0.1", "plc.modbus"},
      {"modbus =", "driver = \"opc\"\nmodbus =", "plc.driver = \"opc\" is not known, this build has: modbus"},
      {"folder = \"pictures\"", "driver = \"webcam\"",
       "station.toml:12: camera.driver = \"webcam\" is not known, this build has: folder"},
      {"[plc]", "[cycle]\nmax_in_flight = 0\n[plc]", "cycle.max_in_flight = 0 is out of range, allowed: 1 to 64"},
      {"name =", "http = \"8080\"\nname =", "http"},
      {"[plc]", "[release]\nrequired = true\n[plc]", "release.trusted is needed where a release is required"},
      {"[plc]", "[release]\nrequired = true\ntrusted = \"k\"\n[plc]", "release.package is needed where the predictor"},
      {"[plc]", "[release]\ntrusted = \"k\"\n[plc]", "release.required is missing"},
      {"deadline_ms = 80", "deadline_ms = 80\n[[recipe.rule]]\nname = \"r\"\nsmallest_size_px = 3",
       "recipe.operating_point_digest is needed beside region rules"},
  };
  for (const Bad& bad : cases) {
    auto config = parse_station_config(replaced(bad.from, bad.to), "station.toml");
    ASSERT_FALSE(config) << bad.to;
    EXPECT_EQ(config.error().code, ErrorCode::invalid_config);
    EXPECT_NE(config.error().message.find(bad.message), std::string::npos) << config.error().message;
  }
}

}  // namespace
}  // namespace lineguard::station
