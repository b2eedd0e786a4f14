#include "temp_folder.h"

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
      {"127.0.0.1:1502\"", "127.0.0.1:1502\"\nword_order = \"little\"",
       "is not allowed, allowed: high first, low first"},
      {"127.0.0.1:1502\"", "127.0.0.1:1502\"\nbase_address = 65500", "plc.base_address = 65500 is out of range"},
      {"[plc]", "[cycle]\nmax_in_flight = 0\n[plc]", "cycle.max_in_flight = 0 is out of range, allowed: 1 to 64"},
      {"name =", "http = \"8080\"\nname =", "http"},
  };
  for (const Bad& bad : cases) {
    auto config = parse_station_config(replaced(bad.from, bad.to), "station.toml");
    ASSERT_FALSE(config) << bad.to;
    EXPECT_EQ(config.error().code, ErrorCode::invalid_config);
    EXPECT_NE(config.error().message.find(bad.message), std::string::npos) << config.error().message;
  }
}

// One file a product, and one word that says which is used.
TEST(StationConfig, ARecipeOfAFolder) {
  lineguard::test::TempFolder folder;
  std::filesystem::create_directories(folder / "recipes");
  const std::string keys = kGood.substr(kGood.find("id ="), kGood.find("[predictor]") - kGood.find("id ="));
  std::ofstream(folder / "recipes" / "a.toml") << keys;
  std::ofstream(folder / "recipes" / "b.toml") << "id = \"tiles\"\n" + keys.substr(keys.find("model"));
  const auto load = [&](const std::string& section) {
    std::ofstream(folder / "station.toml") << replaced(keys, section + "\n");
    return load_station_config(folder / "station.toml");
  };
  const auto tiles = load("folder = \"recipes\"\nname = \"tiles\"");
  ASSERT_TRUE(tiles) << tiles.error().message;
  EXPECT_EQ(tiles->cycle.recipe.id, "tiles");
  EXPECT_EQ(tiles->source_text, replaced(keys, "folder = \"recipes\"\nname = \"tiles\"\n")) << "for the record";
  const std::pair<const char*, const char*> wrong[] = {
      {"folder = \"recipes\"\nname = \"boards\"", "there are: cells, tiles"},
      {"folder = \"recipes\"", "recipe.name is missing: which recipe of"},
      {"folder = \"recipes\"\nfile = \"recipes/a.toml\"", "one of the two, not both"},
      {"folder = \"absent\"\nname = \"tiles\"", "absent"},
      {"folder = \"recipes\"\nname = \"tiles\"\nthreshold = 1.0", "recipe.threshold"}};
  for (const auto& [section, message] : wrong) {
    const auto config = load(section);
    ASSERT_FALSE(config) << section;
    EXPECT_NE(config.error().message.find(message), std::string::npos) << config.error().message;
  }
}

TEST(StationConfig, TheTableOfThePlc) {
  auto config = parse_station_config(
      replaced("modbus = \"127.0.0.1:1502\"",
               "modbus = \"127.0.0.1:1502\"\nbase_address = 1000\nword_order = \"low first\"\nunit = 7"),
      "station.toml");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->plc.modbus.base_address, 1000);
  EXPECT_EQ(config->plc.modbus.word_order, plc::WordOrder::low_first);
  EXPECT_EQ(config->plc.modbus.unit, 7);
}

}  // namespace
}  // namespace lineguard::station
