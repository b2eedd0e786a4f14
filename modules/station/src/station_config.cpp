#include <algorithm>
#include <cctype>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include <lineguard/core/checksum.h>
#include <lineguard/core/config.h>
#include <lineguard/core/files.h>
#include <lineguard/core/host_port.h>
#include <lineguard/package/recipe.h>
#include <lineguard/station/station_config.h>

namespace lineguard::station {
namespace {

void read_milliseconds(ConfigReader& table, std::string_view key, Milliseconds& value, Range<int> allowed) {
  int count = static_cast<int>(value.count());
  table.read(key, count, allowed);
  value = Milliseconds(count);
}

// Either the keys of a recipe, or `file`: what `lineguard recipe new` wrote.
void read_recipe_section(ConfigReader table, package::RuledRecipe& recipe) {
  static_assert(package::kMaxRecipeIdChars == plc::kTextChars);
  std::filesystem::path file;
  table.read_path("file", file);
  if (file.empty()) return package::read_recipe(std::move(table), recipe);
  auto loaded = package::load_recipe(file);
  if (loaded) recipe = std::move(*loaded);
  if (!loaded) table.add_problem("file", "is no recipe: " + loaded.error().message);
}

void read_predictor(ConfigReader table, PredictorConfig& predictor) {
  table.read("url", predictor.url).read_path("package", predictor.package).read("threads", predictor.threads, {1, 64});
  if (predictor.url.empty() == predictor.package.empty()) {
    table.add_problem("url", "or package: exactly one of the two is needed");
  }
  if (!predictor.url.empty() && !predictor.url.starts_with("http://")) {
    table.add_problem("url", "must begin with http://");
  }
}

// Keys and package are looked at at the start: here only whether it is said where they are.
void read_release(ConfigReader table, StationConfig& config) {
  ReleaseConfig& release = config.release;
  table.require("required").read("required", release.required);
  table.read_path("trusted", release.trusted).read_path("package", release.package);
  if (release.package.empty()) release.package = config.predictor.package;
  if (!release.required) return;
  if (release.trusted.empty())
    table.add_problem("trusted", "is needed where a release is required: the public keys of who may release");
  if (release.package.empty())
    table.add_problem("package", "is needed where the predictor is a server: the folder whose releases count");
}

void read_cycle(ConfigReader table, StationConfig& config) {
  CycleSettings& cycle = config.cycle;
  table.read("max_in_flight", cycle.max_in_flight, {1, 64})
      .read("poll_interval_us", config.poll_interval_us, {100, 20000});
  read_milliseconds(table, "ack_timeout_ms", cycle.ack_timeout, {10, 60000});
  read_milliseconds(table, "retry_pause_ms", cycle.retry_pause, {1, 10000});
  int max_gap = static_cast<int>(cycle.max_gap), repeat_window = static_cast<int>(cycle.repeat_window);
  table.read("max_gap", max_gap, {1, 100000}).read("repeat_window", repeat_window, {1, 1000});
  cycle.max_gap = static_cast<PartNumber>(max_gap);
  cycle.repeat_window = static_cast<PartNumber>(repeat_window);
}

void read_camera(ConfigReader table, StationConfig& config) {
  camera::read_config(table, config.camera);
  read_milliseconds(table, "match_before_ms", config.match_window.before, {0, 10000});
  read_milliseconds(table, "match_after_ms", config.match_window.after, {0, 10000});
}

void read_record(ConfigReader table, StationConfig& config) {
  table.require("file").read_path("file", config.record_file);
  int reserve_mb = static_cast<int>(config.record_reserve_bytes >> 20);
  table.read("reserve_mb", reserve_mb, {0, 100000});
  config.record_reserve_bytes = static_cast<std::uint64_t>(reserve_mb) << 20;
  table.read_path("key", config.record_key);
  table.read_path("anchor_copy", config.record_anchor_copy);
  if (!config.record_anchor_copy.empty() && config.record_key.empty())
    table.add_problem("anchor_copy", "anchors are signed: name the station's key, too (key = \"station.key\")");
}

Result<StationConfig> read_all(ConfigReader reader) {
  StationConfig config;
  reader.read("name", config.name).read("id", config.id);
  if (config.id.empty()) config.id = register_id(config.name);
  if (config.id != register_id(config.id)) reader.add_problem("id", "must be at most 32 printable ASCII characters");
  for (const char* section : {"recipe", "predictor", "camera", "plc", "record"}) reader.require(section);
  package::RuledRecipe recipe;
  if (reader.has("recipe")) read_recipe_section(reader.section("recipe"), recipe);
  config.cycle.recipe = std::move(recipe.recipe);
  config.cycle.point = std::move(recipe.point);
  if (reader.has("predictor")) read_predictor(reader.section("predictor"), config.predictor);
  if (reader.has("release")) read_release(reader.section("release"), config);
  if (reader.has("camera")) read_camera(reader.section("camera"), config);
  if (reader.has("plc")) {
    ConfigReader table = reader.section("plc");
    plc::read_config(table, config.plc);
  }
  if (reader.has("record")) read_record(reader.section("record"), config);
  read_cycle(reader.section("cycle"), config);
  reader.read("http", config.http);
  reader.read("http_insecure", config.http_insecure);
  if (reader.has("http")) {
    if (auto parsed = parse_host_port(config.http); !parsed) reader.add_problem("http", parsed.error().message);
  }
  LINEGUARD_TRY(reader.finish());
  return config;
}

}  // namespace

std::string register_id(const std::string& name) {
  if (!name.empty() && plc::register_text(name) == name) return name;
  const auto bytes = std::as_bytes(std::span(name));
  return fmt::format("{}-{:08x}", plc::register_text(name.substr(0, 23)), xxh3(bytes) & 0xFFFFFFFF);
}

Result<StationConfig> load_station_config(const std::filesystem::path& file) {
  LINEGUARD_ASSIGN(ConfigReader reader, ConfigReader::from_file(file));
  return read_all(std::move(reader));
}

Result<StationConfig> parse_station_config(std::string_view text, std::string_view source_name) {
  LINEGUARD_ASSIGN(ConfigReader reader, ConfigReader::from_text(text, source_name));
  return read_all(std::move(reader));
}

}  // namespace lineguard::station
