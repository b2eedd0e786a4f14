#include "damage.h"

#include <string>
#include <string_view>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/core/toml_text.h>
#include <lineguard/package/reading.h>

namespace lineguard::package {
namespace {

constexpr std::string_view kFile = "reading.toml";

Result<imaging::Reading> reading_from(std::string_view toml, const std::string& file) {
  LINEGUARD_ASSIGN(ConfigReader reader, toml_reader(toml, file));
  std::string text;
  reader.require("read_as").read("read_as", text);
  LINEGUARD_TRY(reader.finish());
  auto reading = imaging::reading_from_text(text);
  if (!reading) return reading.error().in(file);
  return reading;
}

}  // namespace

Result<imaging::Reading> read_reading(const PackageContents& contents) {
  if (!contents.files.contains(kFile)) return imaging::Reading();
  LINEGUARD_ASSIGN(const std::string_view text, contents.text(kFile));
  return as_damage(reading_from(text, (contents.folder / kFile).string()));
}

Result<imaging::Reading> read_reading(const std::filesystem::path& package) {
  const auto file = package / kFile;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return imaging::Reading();
  LINEGUARD_ASSIGN(const std::string text, read_text_file(file));
  return as_damage(reading_from(text, file.string()));
}

Result<void> write_reading(const std::filesystem::path& package, const imaging::Reading& reading) {
  if (reading.empty()) return {};
  return write_file_atomically(package / kFile, fmt::format("read_as = {}\n", toml_text::quote(to_text(reading))));
}

}  // namespace lineguard::package
