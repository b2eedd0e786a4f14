#include <gtest/gtest.h>

#include <lineguard/core/config.h>

namespace lineguard {
namespace {

struct Settings {
  int deadline_ms = 80;
  double max_overkill = 0.01;
  std::string name = "line 1";
  std::string mode = "fast";
  std::vector<std::string> views;
};

Result<Settings> load(std::string_view text) {
  LINEGUARD_ASSIGN(ConfigReader reader, ConfigReader::from_text(text, "station.toml"));
  Settings settings;
  reader.read("name", settings.name);
  auto cycle = reader.section("cycle");
  cycle.read("deadline_ms", settings.deadline_ms, {1, 60000}).read("max_overkill", settings.max_overkill, {0, 1});
  cycle.read_one_of("mode", settings.mode, {"fast", "exact"}).read("views", settings.views);
  LINEGUARD_TRY(reader.finish());
  return settings;
}

TEST(Config, ReadsValuesAndKeepsDefaults) {
  auto settings = load("name = 'a'\n[cycle]\ndeadline_ms = 20\nviews = ['front', 'back']\n");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->name, "a");
  EXPECT_EQ(settings->deadline_ms, 20);
  EXPECT_EQ(settings->max_overkill, 0.01);
  EXPECT_EQ(settings->views, (std::vector<std::string>{"front", "back"}));
}

struct BadConfig {
  const char* text;
  const char* message;
};

TEST(Config, ProblemsNameFileLineKeyAndWhatIsAllowed) {
  const BadConfig cases[] = {
      {"[cycle]\ndeadline_ms = -5", "station.toml:2: cycle.deadline_ms = -5 is out of range, allowed: 1 to 60000"},
      {"[cycle]\n\ndeadline_s = 1", "station.toml:3: unknown key cycle.deadline_s; did you mean deadline_ms?"},
      {"[cycle]\ndeadline_ms = '80'", "station.toml:2: cycle.deadline_ms is a string, expected an integer"},
      {"[cycle]\ndeadline_ms = 1.5", "station.toml:2: cycle.deadline_ms is a number, expected an integer"},
      {"[cycle]\nmax_overkill = nan", "station.toml:2: cycle.max_overkill = nan is out of range, allowed: 0 to 1"},
      {"[cycle]\nmode = 'quick'", "station.toml:2: cycle.mode = \"quick\" is not allowed, allowed: fast, exact"},
      {"[cycle]\nviews = [1]", "station.toml:2: cycle.views is not an array of strings"},
      {"cycle = 3", "station.toml:1: cycle is an integer, expected a table"},
      {"name = ", "station.toml:1: "},
  };
  for (const auto& bad : cases) {
    auto settings = load(bad.text);
    ASSERT_FALSE(settings) << bad.text;
    EXPECT_EQ(settings.error().code, ErrorCode::invalid_config);
    EXPECT_EQ(settings.error().message.substr(0, std::string(bad.message).size()), bad.message) << bad.text;
  }
}

TEST(Config, ReportsAllProblemsAtOnce) {
  auto settings = load("nmae = 'a'\n[cycle]\ndeadline_ms = 0\nmax_overkill = 2.0\n");
  ASSERT_FALSE(settings);
  EXPECT_EQ(std::count(settings.error().message.begin(), settings.error().message.end(), '\n'), 2);
}

TEST(Config, MissingFileIsNotFound) {
  auto reader = ConfigReader::from_file("/nonexistent/station.toml");
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::not_found);
  EXPECT_NE(reader.error().message.find("/nonexistent/station.toml"), std::string::npos);
}

}  // namespace
}  // namespace lineguard
