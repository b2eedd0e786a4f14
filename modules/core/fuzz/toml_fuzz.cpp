// Any text: a configuration is read or refused with the file's name, within the limits of depth and count.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <lineguard/core/check.h>
#include <lineguard/core/config.h>
#include <lineguard/core/json_limits.h>
#include <lineguard/core/text_limits.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lineguard;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)check_xml_limits(text);
  (void)check_yaml_limits(text);
  (void)check_json_limits(text, limits::kMessageJson);
  auto reader = ConfigReader::from_text(text, "any.toml");
  if (!reader) {
    LINEGUARD_CHECK(reader.error().message.starts_with("any.toml"), "an error names the file");
    return 0;
  }
  bool flag = false;
  double number = 0;
  std::vector<std::string> names;
  reader->read("flag", flag).read("number", number).read("names", names);
  reader->section("table").read("flag", flag);
  for (ConfigReader& section : reader->sections("list")) section.read("number", number);
  (void)reader->finish();
  return 0;
}
